/** Registers the bridge with several copies of the API at once, and together with metrics and loggers of others. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { API_KEY } from '../../../src/otel/api-registry'
import { APIS, bridge, TracerProvider } from '../../support/otel'

const METER_PROVIDER = { getMeter: () => ({}) } as never

describe('the registry of the API', () => {
  for (const [version, api] of APIS) {
    test(`takes metrics and a logger of API ${version}, and no second tracer provider`, () => {
      bridge()
      api.metrics.disable()
      assert.equal(api.metrics.setGlobalMeterProvider(METER_PROVIDER), true)
      assert.equal(api.metrics.getMeterProvider(), METER_PROVIDER)
      assert.equal(api.diag.setLogger({ error() {}, warn() {}, info() {}, debug() {}, verbose() {} }), true)
      const provider = api.trace.getTracerProvider()
      const manager = { active: () => api.ROOT_CONTEXT } as never
      assert.equal(api.trace.setGlobalTracerProvider({ getTracer: () => assert.fail('not ours') }), false)
      assert.equal(api.context.setGlobalContextManager(manager), false)
      assert.equal(api.propagation.setGlobalPropagator({} as never), false)
      assert.equal(api.trace.getTracerProvider(), provider)
      assert.ok(provider instanceof TracerProvider)
      assert.equal(api.metrics.getMeterProvider(), METER_PROVIDER)
      api.metrics.disable()
      api.diag.disable()
    })

    test(`can be disabled by API ${version}, and registered again`, () => {
      const { runtime } = bridge()
      api.trace.disable()
      assert.equal(api.trace.getTracer('test').startSpan('x').isRecording(), false)
      new TracerProvider().register()
      api.trace.getTracer('test').startSpan('y').end()
      assert.deepEqual(
        runtime.spans().map(span => span.resource),
        ['y'],
      )
    })

    test(`serves tracers that API ${version} returned before the registration`, () => {
      delete (globalThis as Record<symbol, unknown>)[API_KEY]
      // After that the API returns proxies again.
      api.trace.disable()
      const early = api.trace.getTracer('early')
      assert.equal(early.startSpan('nothing').isRecording(), false)
      const { runtime } = bridge()
      early.startSpan('late').end()
      assert.deepEqual(
        runtime.spans().map(span => span.resource),
        ['late'],
      )
    })

    test(`keeps what API ${version} registered before, and replaces its tracer provider`, () => {
      delete (globalThis as Record<symbol, unknown>)[API_KEY]
      assert.equal(api.metrics.setGlobalMeterProvider(METER_PROVIDER), true)
      assert.equal(api.trace.setGlobalTracerProvider({ getTracer: () => assert.fail('not ours') }), true)
      const { runtime } = bridge()
      for (const [, each] of APIS) each.trace.getTracer('test').startSpan('x').end()
      assert.equal(runtime.spans().length, 2)
      assert.equal(api.metrics.getMeterProvider(), METER_PROVIDER)
      api.metrics.disable()
    })
  }

  test('is one for all copies: a span of one is the active span of the other', () => {
    const { seen } = bridge()
    const [[, oldest], [, newest]] = APIS
    oldest.trace.getTracer('a').startActiveSpan('outer', outer => {
      assert.equal(newest.trace.getActiveSpan(), outer)
      newest.trace.getTracer('b').startSpan('inner').end()
      outer.end()
    })
    assert.equal(seen('inner').parentId, seen('outer').spanId)
  })

  test('registers neither context manager nor propagator when told not to', () => {
    delete (globalThis as Record<symbol, unknown>)[API_KEY]
    bridge(undefined, { contextManager: null, propagator: null })
    const [[, api]] = APIS
    assert.deepEqual(api.propagation.fields(), [])
    assert.equal(api.context.active(), api.ROOT_CONTEXT)
    assert.equal(api.trace.getTracer('test').startSpan('x').isRecording(), true)
    bridge()
  })
})
