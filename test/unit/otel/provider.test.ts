/** The tracer provider: scopes, resource, processors, flush, shutdown, and a tracer that is off. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Context } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { BridgeTracerProvider } from '../../../src/otel/provider'
import { createTracer } from '../../../src/tracer'
import { APIS, type Api, bridge, TracerProvider } from '../../support/otel'

test('the class exists before the tracer starts, and stays the same', () => {
  const tracer = createTracer()
  const { TracerProvider } = tracer
  assert.equal(TracerProvider, tracer.TracerProvider)
  const span = new TracerProvider().getTracer('test').startSpan('early')
  assert.equal(span.isRecording(), false)
  assert.match(span.spanContext().traceId, /^[0-9a-f]{32}$/)
  assert.notEqual(BigInt(`0x${span.spanContext().traceId}`), 0n)
})

const providerOf = (api: Api) => api.trace.getTracerProvider() as unknown as BridgeTracerProvider

for (const [version, api] of APIS) {
  describe(`a provider, API ${version}`, () => {
    test('returns one tracer for one name and version', () => {
      bridge()
      const provider = api.trace.getTracerProvider()
      assert.equal(provider.getTracer('a', '1'), provider.getTracer('a', '1'))
      assert.notEqual(provider.getTracer('a', '1'), provider.getTracer('a', '2'))
      assert.ok(provider instanceof TracerProvider)
    })

    test('takes the service from the resource, unless it is the default of an SDK', () => {
      const named = bridge({ resource: { attributes: { 'service.name': 'billing' } } })
      api.trace.getTracer('test').startSpan('x').end()
      assert.deepEqual([named.seen('x').service, named.seen('x').meta['_dd.svc_src']], ['billing', 'm'])
      const unnamed = bridge({ resource: { attributes: { 'service.name': 'unknown_service:node' } } })
      api.trace.getTracer('test').startSpan('x').end()
      assert.equal(unnamed.seen('x').service, 'shop')
    })

    test("shows each span to processors of the SDK in the form of the SDK's own spans", () => {
      const exporter = new InMemorySpanExporter()
      const starts: [string, Context][] = []
      class Tagging extends SimpleSpanProcessor {
        override onStart(span: never, context: never): void {
          const started = span as { name: string; setAttribute(key: string, value: string): void }
          starts.push([started.name, context])
          started.setAttribute('from.processor', 'yes')
        }
      }
      const { seen } = bridge({
        resource: { attributes: { 'service.name': 'shop', region: 'eu' } },
        spanProcessors: [new Tagging(exporter)],
      })
      const tracer = api.trace.getTracer('scope', '1.2')
      const parent = tracer.startSpan('parent')
      const context = api.trace.setSpan(api.ROOT_CONTEXT, parent)
      const startTime: [number, number] = [1_700_000_000, 123]
      const child = tracer.startSpan(
        'child',
        {
          kind: api.SpanKind.CLIENT,
          startTime,
          attributes: { flag: true, list: [1, 2] },
          links: [{ context: parent.spanContext(), attributes: { a: 'b' } }],
        },
        context,
      )
      child.addEvent('event', { e: 1 }, [1_700_000_001, 0])
      child.setStatus({ code: api.SpanStatusCode.ERROR, message: 'bad' })
      child.end([1_700_000_002, 123])
      parent.end()
      const [first, second] = exporter.getFinishedSpans() as (ReadableSpan & {
        parentSpanContext?: { spanId: string }
        instrumentationScope?: object
      })[]
      assert.deepEqual([starts[1][0], starts[1][1]], ['child', context])
      assert.deepEqual([first.name, first.kind, second.name], ['child', api.SpanKind.CLIENT, 'parent'])
      assert.equal(first.spanContext().spanId, child.spanContext().spanId)
      assert.equal(first.parentSpanId, parent.spanContext().spanId)
      assert.equal(first.parentSpanContext?.spanId, parent.spanContext().spanId)
      assert.deepEqual([second.parentSpanId, second.parentSpanContext], [undefined, undefined])
      assert.deepEqual([first.duration, first.ended], [[2, 0], true])
      for (const [time, seconds] of [
        [first.startTime, 1_700_000_000],
        [first.endTime, 1_700_000_002],
        [first.events[0].time, 1_700_000_001],
      ] as const) {
        assert.ok(Math.abs(time[0] - seconds + time[1] / 1e9) < 1e-6, String(time))
      }
      assert.deepEqual(first.attributes, { flag: true, list: [1, 2], 'from.processor': 'yes' })
      assert.deepEqual([first.events[0].name, first.events[0].attributes], ['event', { e: 1 }])
      assert.equal(first.links[0].context.spanId, parent.spanContext().spanId)
      assert.deepEqual(first.status, { code: api.SpanStatusCode.ERROR, message: 'bad' })
      assert.equal(first.resource.attributes.region, 'eu')
      const scope = { name: 'scope', version: '1.2', schemaUrl: undefined }
      assert.deepEqual([first.instrumentationScope, first.instrumentationLibrary], [scope, scope])
      assert.equal(seen('child').meta['from.processor'], 'yes')
    })

    test('works with processors that throw', async () => {
      const fail = (): never => {
        throw new Error('processor')
      }
      const { seen } = bridge({
        spanProcessors: [{ onStart: fail, onEnd: fail, forceFlush: fail, shutdown: fail }],
      })
      api.trace.getTracer('test').startSpan('x').end()
      assert.equal(seen('x').name, 'internal')
      await providerOf(api).forceFlush()
      await providerOf(api).shutdown()
    })

    test('waits for the upload in forceFlush and shutdown, and makes no spans after that', async () => {
      const calls: string[] = []
      const made = bridge({
        spanProcessors: [
          {
            onStart() {},
            onEnd() {},
            forceFlush: async () => void calls.push('flush'),
            shutdown: async () => void calls.push('shutdown'),
          },
        ],
      })
      const tracer = api.trace.getTracer('test')
      await providerOf(api).forceFlush()
      assert.deepEqual([calls, made.flushes], [['flush'], 1])
      const before = tracer.startSpan('before')
      await providerOf(api).shutdown()
      await providerOf(api).shutdown()
      assert.deepEqual([calls, made.flushes], [['flush', 'shutdown'], 2])
      const context = api.trace.setSpan(api.ROOT_CONTEXT, before)
      const after = tracer.startSpan('after', {}, context)
      assert.equal(after.isRecording(), false)
      assert.equal(after.spanContext().spanId, before.spanContext().spanId)
    })

    test('gives valid contexts that record nothing while the tracer is off', async () => {
      const { stop, runtime } = bridge()
      stop()
      const tracer = api.trace.getTracer('test')
      const result = tracer.startActiveSpan('off', span => {
        span.setAttribute('a', 1).setAttributes({}).addEvent('e').setStatus({ code: 2 }).updateName('n')
        span.addLink({ context: span.spanContext() }).addLinks([]).recordException('x')
        assert.ok(api.isSpanContextValid(span.spanContext()))
        assert.deepEqual([span.isRecording(), span.spanContext().traceFlags], [false, 0])
        assert.equal(api.trace.getActiveSpan(), span)
        const child = tracer.startSpan('child')
        assert.equal(child.spanContext().traceId, span.spanContext().traceId)
        const carrier = {}
        api.propagation.inject(api.context.active(), carrier)
        assert.deepEqual(carrier, {})
        assert.equal(api.propagation.extract(api.ROOT_CONTEXT, { baggage: 'a=1' }), api.ROOT_CONTEXT)
        span.end()
        return 'result'
      })
      assert.equal(result, 'result')
      await providerOf(api).forceFlush()
      await providerOf(api).shutdown()
      assert.equal(runtime.spans().length, 0)
    })
  })
}
