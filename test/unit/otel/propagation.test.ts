/** Headers through the API's propagator, under each version of the API. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TextMapPropagator } from '@opentelemetry/api'
import { APIS, bridge } from '../../support/otel'

for (const [version, api] of APIS) {
  describe(`propagation, API ${version}`, () => {
    test('writes all configured formats, and baggage', () => {
      bridge()
      const span = api.trace.getTracer('test').startSpan('out')
      const baggage = api.propagation.createBaggage({ user: { value: 'ada' } })
      const context = api.propagation.setBaggage(api.trace.setSpan(api.ROOT_CONTEXT, span), baggage)
      const carrier = new Map<string, string>()
      api.propagation.inject(context, carrier, { set: (map, key, value) => map.set(key, value) })
      const { traceId, spanId } = span.spanContext()
      assert.equal(carrier.get('traceparent'), `00-${traceId}-${spanId}-01`)
      assert.equal(carrier.get('x-datadog-parent-id'), String(BigInt(`0x${spanId}`)))
      assert.equal(carrier.get('baggage'), 'user=ada')
      for (const name of carrier.keys()) assert.ok(api.propagation.fields().includes(name), name)
    })

    test('reads the headers that it wrote, in any case and as lists', () => {
      const { seen } = bridge()
      const headers = {
        Traceparent: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
        TraceState: ['dd=s:2;t.dm:-4', 'vendor=kept'],
        Baggage: 'user=ada',
        'OT-Baggage-Old': 'legacy',
      }
      const context = api.propagation.extract(api.ROOT_CONTEXT, headers)
      assert.deepEqual(api.propagation.getBaggage(context)?.getAllEntries(), [['user', { value: 'ada' }]])
      const parent = api.trace.getSpanContext(context)
      assert.deepEqual(
        [parent?.traceId, parent?.spanId, parent?.traceFlags, parent?.isRemote],
        ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', 1, true],
      )
      assert.equal(parent?.traceState?.get('vendor'), 'kept')
      const span = api.trace.getTracer('test').startSpan('in', {}, context)
      span.end()
      const sent = seen('in')
      assert.deepEqual([sent.parentId, sent.metrics._sampling_priority_v1], [0x00f067aa0ba902b7n, 2])
      const onward: Record<string, string> = {}
      api.propagation.inject(api.trace.setSpan(context, span), onward)
      assert.match(onward.tracestate, /vendor=kept/)
      assert.equal(onward.baggage, 'user=ada')
    })

    test('reads the headers of Datadog, with origin and tags', () => {
      const { seen } = bridge()
      const context = api.propagation.extract(api.ROOT_CONTEXT, {
        'x-datadog-trace-id': '1234567890',
        'x-datadog-parent-id': '9876543210',
        'x-datadog-sampling-priority': '2',
        'x-datadog-origin': 'synthetics',
        'x-datadog-tags': '_dd.p.dm=-4,_dd.p.tid=0000000000000010',
      })
      const link = api.trace.getSpanContext(context)
      api.trace
        .getTracer('test')
        .startSpan('in', { links: link && [{ context: link }] }, context)
        .end()
      const span = seen('in')
      assert.deepEqual([span.traceId, span.parentId], [1234567890n, 9876543210n])
      assert.deepEqual([span.meta['_dd.origin'], span.meta['_dd.p.tid']], ['synthetics', '0000000000000010'])
      const [first] = JSON.parse(span.meta['_dd.span_links'])
      assert.deepEqual(
        [first.trace_id, first.span_id, first.flags],
        ['0000000000000010' + '00000000499602d2', '000000024cb016ea', 1],
      )
    })

    test('returns the same context for headers without a context, and for unreadable headers', () => {
      bridge()
      const context = api.ROOT_CONTEXT.setValue(api.createContextKey('k'), 1)
      assert.equal(api.propagation.extract(context, {}), context)
      assert.equal(api.propagation.extract(context, { traceparent: '00-0-0-00' }), context)
      const failing = {
        keys(): string[] {
          throw new Error('keys')
        },
        get(): string {
          throw new Error('get')
        },
      }
      assert.equal(api.propagation.extract(context, {}, failing), context)
      api.propagation.inject(context, Object.freeze({}))
      const span = api.trace.getTracer('test').startSpan('x')
      api.propagation.inject(api.trace.setSpan(context, span), null, {
        set() {
          throw new Error('set')
        },
      })
    })

    test('takes baggage without a trace', () => {
      bridge()
      const context = api.propagation.extract(api.ROOT_CONTEXT, { baggage: 'a=1' })
      assert.equal(api.trace.getSpan(context), undefined)
      assert.equal(api.propagation.getBaggage(context)?.getEntry('a')?.value, '1')
    })

    test('uses the propagator of the application when there is one', () => {
      const theirs: TextMapPropagator = {
        inject: (_context, carrier, setter) => setter.set(carrier, 'theirs', '1'),
        extract: context => context,
        fields: () => ['theirs'],
      }
      bridge(undefined, { propagator: theirs })
      const carrier = {}
      api.propagation.inject(api.context.active(), carrier)
      assert.deepEqual(carrier, { theirs: '1' })
      assert.deepEqual(api.propagation.fields(), ['theirs'])
    })
  })
}
