/** The active span, context values and baggage, as the API and as the tracer see these, under each version of the API. */

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { describe, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Context, ContextManager } from '@opentelemetry/api'
import { resolveConfig } from '../../../src/core/config/resolve'
import { getBaggage, removeAllBaggageItems, runWithBaggage, setBaggageItem } from '../../../src/trace/baggage'
import { activeSpan, runInSpan } from '../../../src/trace/context'
import { logFields } from '../../../src/trace/log-fields'
import { Scope } from '../../../src/trace/scope'
import { startUserSpan, traceFunction } from '../../../src/trace/user-spans'
import { APIS, bridge } from '../../support/otel'

for (const [version, api] of APIS) {
  const KEY = api.createContextKey('test key')

  describe(`the context, API ${version}`, () => {
    test('makes the spans of each side children of the other side', () => {
      const { runtime, seen } = bridge()
      const tracer = api.trace.getTracer('test')
      tracer.startActiveSpan('outer', outer => {
        traceFunction(runtime, 'ours', undefined, ours => {
          tracer.startActiveSpan('inner', { kind: api.SpanKind.CLIENT }, inner => {
            traceFunction(runtime, 'innermost', undefined, () => {})
            inner.end()
          })
          assert.equal(activeSpan(), ours)
        })
        outer.end()
      })
      const [outer, ours, inner, innermost] = ['outer', 'ours', 'inner', 'innermost'].map(seen)
      assert.equal(outer.parentId, 0n)
      assert.deepEqual(
        [ours.parentId, inner.parentId, innermost.parentId],
        [outer.spanId, ours.spanId, inner.spanId],
      )
      assert.equal(runtime.chunks.length, 1)
      assert.equal(activeSpan(), undefined)
      assert.equal(api.trace.getActiveSpan(), undefined)
    })

    test('returns the same context and span objects that were activated', () => {
      bridge()
      const span = api.trace.getTracer('test').startSpan('it')
      const context = api.trace.setSpan(api.ROOT_CONTEXT.setValue(KEY, 1), span)
      const result = api.context.with(
        context,
        function (this: string, one: number) {
          assert.equal(this, 'self')
          assert.equal(api.context.active(), context)
          assert.equal(api.trace.getActiveSpan(), span)
          return one + 1
        },
        'self',
        1,
      )
      assert.equal(result, 2)
      const failure = new Error('through')
      assert.throws(
        () =>
          api.context.with(context, () => {
            throw failure
          }),
        error => error === failure,
      )
    })

    test('shows a span of the tracer as a span of the API that writes to it', () => {
      const { runtime, seen } = bridge()
      traceFunction(runtime, 'ours', { tags: { 'span.kind': 'client', known: 'v' } }, ours => {
        const span = api.trace.getActiveSpan()
        assert.ok(span !== undefined)
        assert.equal(span, api.trace.getActiveSpan())
        assert.deepEqual(
          [span.spanContext().traceId, span.spanContext().spanId],
          [ours.toTraceId(true), ours.toSpanId(true)],
        )
        span
          .setAttribute('added', 'a')
          .setAttribute('known', null as never)
          .setAttribute('http.method', 'GET')
        const shown = span as unknown as { attributes: object; name: string; kind: number }
        assert.deepEqual(shown.attributes, {
          'span.kind': 'client',
          added: 'a',
          'http.method': 'GET',
        })
        span.updateName('renamed')
        assert.deepEqual([shown.name, shown.kind], ['renamed', api.SpanKind.CLIENT])
        ours.finish()
        span.setAttribute('late', 1)
      })
      const span = seen('renamed')
      assert.deepEqual([span.name, span.meta.added, span.metrics.late], ['ours', 'a', undefined])
    })

    test('keeps the values of a context while the tracer activates a span inside, and lets none out', async () => {
      const { runtime } = bridge()
      await api.context.with(api.ROOT_CONTEXT.setValue(KEY, 'kept'), async () => {
        await traceFunction(runtime, 'ours', undefined, async ours => {
          await nextTurn()
          assert.equal(api.context.active().getValue(KEY), 'kept')
          const context = api.context.active().setValue(KEY, 'inner')
          assert.equal(api.trace.getSpanContext(context)?.spanId, ours.toSpanId(true))
          api.context.with(context, () => {
            assert.equal(api.context.active(), context)
            assert.equal(activeSpan(), ours)
          })
          assert.equal(api.context.active().deleteValue(KEY).getValue(KEY), undefined)
          assert.equal(api.context.active().getValue(KEY), 'kept')
        })
      })
      assert.equal(api.context.active().getValue(KEY), undefined)
    })

    test('has no span where the tracer has deactivated the span', () => {
      bridge()
      api.trace.getTracer('test').startActiveSpan('outer', span => {
        new Scope().activate(null, () => assert.equal(api.trace.getActiveSpan(), undefined))
        api.context.with(api.ROOT_CONTEXT, () => assert.equal(activeSpan(), undefined))
        assert.equal(api.trace.getActiveSpan(), span)
        span.end()
      })
    })

    test('passes options, context and span in each form of startActiveSpan', () => {
      const { seen } = bridge()
      const tracer = api.trace.getTracer('test')
      const parent = tracer.startSpan('parent')
      const context = api.trace.setSpan(api.ROOT_CONTEXT.setValue(KEY, 'v'), parent)
      assert.equal(
        tracer.startActiveSpan('one', span => {
          span.end()
          return 1
        }),
        1,
      )
      tracer.startActiveSpan('two', { attributes: { a: 1 } }, span => span.end())
      tracer.startActiveSpan('three', { attributes: { a: 2 } }, context, span => {
        assert.equal(api.trace.getActiveSpan(), span)
        assert.equal(api.context.active().getValue(KEY), 'v')
        tracer.startActiveSpan('root', { root: true }, root => root.end())
        span.end()
      })
      parent.end()
      assert.deepEqual([seen('one').parentId, seen('two').metrics.a], [0n, 1])
      assert.deepEqual([seen('three').parentId, seen('three').metrics.a], [seen('parent').spanId, 2])
      assert.equal(seen('root').parentId, 0n)
      assert.notEqual(seen('root').traceId, seen('three').traceId)
    })

    test('binds functions and emitters', () => {
      bridge()
      const context = api.ROOT_CONTEXT.setValue(KEY, 'bound')
      const read = (): unknown => api.context.active().getValue(KEY)
      const named = api.context.bind(context, function named(this: unknown, a: number, b: number) {
        return [this, a + b, read()]
      })
      assert.deepEqual(named.call('self', 1, 2), ['self', 3, 'bound'])
      assert.deepEqual([named.name, named.length], ['named', 2])
      assert.equal(api.context.bind(context, 7), 7)

      const emitter = new EventEmitter()
      const seen: unknown[] = []
      const listener = (): unknown => seen.push(read())
      emitter.on('event', listener)
      api.context.bind(context, emitter)
      emitter.on('event', listener)
      emitter.once('event', listener)
      emitter.emit('event')
      assert.deepEqual(seen, [undefined, 'bound', 'bound'])
      assert.equal(emitter.listenerCount('event'), 2)
      emitter.once('event', listener)
      for (let left = 3; left > 0; left--) emitter.off('event', listener)
      assert.equal(emitter.listenerCount('event'), 0)
      emitter.prependListener('other', listener)
      assert.deepEqual(emitter.listeners('other'), [listener])
      emitter.emit('other')
      assert.equal(seen.at(-1), 'bound')
    })

    test('lets a remote context be continued by spans of both sides', () => {
      const { runtime, seen } = bridge()
      const tracer = api.trace.getTracer('test')
      const remote = {
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        spanId: '00f067aa0ba902b7',
        traceFlags: 1,
        traceState: api.createTraceState('dd=s:2;o:rum;t.dm:-4,vendor=kept'),
      }
      for (const context of [
        api.trace.setSpanContext(api.ROOT_CONTEXT, remote),
        api.trace.setSpan(api.ROOT_CONTEXT, api.trace.wrapSpanContext(remote)),
      ]) {
        runtime.chunks.length = 0
        api.context.with(context, () => {
          assert.equal(api.context.active(), context)
          const span = tracer.startSpan('otel')
          assert.equal(span.spanContext().traceId, remote.traceId)
          assert.equal(span.spanContext().traceState?.get('vendor'), 'kept')
          span.end()
          traceFunction(runtime, 'ours', undefined, () => {})
          const { dd } = { dd: logFields(activeSpan(), resolveConfig({}, {})) }
          assert.equal(dd.trace_id, remote.traceId)
        })
        for (const name of ['otel', 'ours']) {
          const span = seen(name)
          assert.deepEqual([span.traceId, span.parentId], [0xa3ce929d0e0e4736n, 0x00f067aa0ba902b7n])
          assert.deepEqual([span.metrics._sampling_priority_v1, span.metrics['_dd.top_level']], [2, 1])
          assert.deepEqual([span.meta['_dd.origin'], span.meta['_dd.p.dm']], ['rum', '-4'])
        }
      }
      assert.equal(runtime.spans().length, 2)
    })

    test('continues the span behind a span context that the bridge returned', () => {
      const { runtime, seen } = bridge()
      const tracer = api.trace.getTracer('test')
      const parent = tracer.startSpan('parent')
      const context = api.trace.setSpanContext(api.ROOT_CONTEXT, parent.spanContext())
      tracer.startSpan('child', {}, context).end()
      parent.end()
      assert.equal(seen('child').parentId, seen('parent').spanId)
      assert.equal(runtime.chunks.length, 1)
    })

    test('decides about sampling when the flags are read, and not for the ids', () => {
      let decisions = 0
      const { runtime } = bridge()
      runtime.sampler = {
        decide(trace) {
          decisions++
          trace.setDecision(decisions === 1 ? 1 : 0, 0)
        },
      }
      const tracer = api.trace.getTracer('test')
      const kept = tracer.startSpan('kept').spanContext()
      assert.ok(api.isSpanContextValid(kept))
      assert.equal(decisions, 0)
      assert.equal(kept.traceFlags, 1)
      assert.equal({ ...kept }.traceFlags, 1)
      assert.equal(decisions, 1)
      assert.equal(tracer.startSpan('dropped').spanContext().traceFlags, 0)
    })

    test('makes no spans where tracing is suppressed', () => {
      const { runtime } = bridge()
      const suppressed = api.ROOT_CONTEXT.setValue(
        api.createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'),
        true,
      )
      const span = api.trace.getTracer('test').startSpan('suppressed', {}, suppressed)
      assert.equal(span.isRecording(), false)
      span.end()
      assert.equal(runtime.spans().length, 0)
    })

    test('uses the context manager of the application when there is one', () => {
      const storage = new AsyncLocalStorage<Context>()
      let isEnabled = false
      const manager: ContextManager = {
        active: () => storage.getStore() ?? api.ROOT_CONTEXT,
        with: (context, fn, thisArg, ...args) =>
          storage.run(context.setValue(KEY, 'theirs'), () => fn.apply(thisArg, args)),
        bind: (_context, target) => target,
        enable() {
          isEnabled = true
          return this
        },
        disable() {
          isEnabled = false
          return this
        },
      }
      const { runtime, seen } = bridge(undefined, { contextManager: manager })
      assert.equal(isEnabled, true)
      api.trace.getTracer('test').startActiveSpan('outer', outer => {
        assert.equal(api.context.active().getValue(KEY), 'theirs')
        assert.equal(storage.getStore()?.getValue(KEY), 'theirs')
        traceFunction(runtime, 'ours', undefined, ours => {
          assert.equal(api.context.active().getValue(KEY), 'theirs')
          assert.equal(api.trace.getActiveSpan()?.spanContext().spanId, ours.toSpanId(true))
        })
        outer.end()
      })
      assert.equal(seen('ours').parentId, seen('outer').spanId)
    })
  })

  describe(`baggage, API ${version}`, () => {
    test("of a context is the tracer's baggage inside of it", () => {
      bridge()
      const metadata = api.baggageEntryMetadataFromString('kept=1')
      const baggage = api.propagation.createBaggage({ user: { value: 'ada', metadata } })
      api.context.with(api.propagation.setBaggage(api.context.active(), baggage), () => {
        assert.deepEqual({ ...getBaggage() }, { user: 'ada' })
        assert.equal(api.propagation.getActiveBaggage(), baggage)
        api.trace.getTracer('test').startActiveSpan('x', span => {
          assert.equal(api.propagation.getActiveBaggage(), baggage)
          span.end()
        })
        api.context.with(api.ROOT_CONTEXT, () => assert.deepEqual({ ...getBaggage() }, {}))
        assert.deepEqual({ ...getBaggage() }, { user: 'ada' })
      })
      assert.deepEqual({ ...getBaggage() }, {})
    })

    test('of the tracer is the baggage of the active context', () => {
      bridge()
      runWithBaggage(
        { first: '1' },
        () => {
          setBaggageItem('second', '2')
          const baggage = api.propagation.getActiveBaggage()
          assert.deepEqual(baggage?.getAllEntries(), [
            ['first', { value: '1' }],
            ['second', { value: '2' }],
          ])
          const changed = baggage?.setEntry('third', { value: '3' }).removeEntry('first')
          assert.equal(changed?.getEntry('first'), undefined)
          api.context.with(api.propagation.setBaggage(api.context.active(), changed as never), () => {
            assert.deepEqual({ ...getBaggage() }, { second: '2', third: '3' })
            setBaggageItem('fourth', '4')
            assert.equal(api.propagation.getActiveBaggage()?.getEntry('fourth')?.value, '4')
            removeAllBaggageItems()
            assert.equal(api.propagation.getActiveBaggage(), undefined)
          })
          assert.deepEqual(baggage?.removeEntries('first', 'second').getAllEntries(), [])
          assert.deepEqual(baggage?.clear().getAllEntries(), [])
        },
        undefined,
        [],
      )
    })
  })
}

test('a span of the tracer that is active is the parent of spans that the API starts', () => {
  const { runtime, seen } = bridge()
  const ours = startUserSpan(runtime, 'ours', undefined)
  runInSpan(ours, () => APIS[0][1].trace.getTracer('test').startSpan('child').end(), undefined, [])
  ours.finish()
  assert.equal(seen('child').parentId, seen('ours').spanId)
})
