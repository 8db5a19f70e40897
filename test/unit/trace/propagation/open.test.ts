/** Opens the propagator by the configuration. */

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { resolveConfig } from '../../../../src/core/config/resolve'
import { openOrgGuard, openPropagator } from '../../../../src/trace/propagation/open'
import { catchLog } from '../../../support/log-lines'
import { spanWith } from './support'

afterEach(() => catchLog('off'))

function headerNames(options: Record<string, unknown>): string[] {
  const headers = {}
  openPropagator(resolveConfig(options, {})).inject(spanWith(42), undefined, headers)
  return Object.keys(headers)
}

test('styles for writing and for reading can differ', () => {
  const propagator = openPropagator(
    resolveConfig({ tracePropagationStyle: { inject: ['b3'], extract: ['tracecontext'] } }, {}),
  )
  const headers: Record<string, string> = {}
  propagator.inject(spanWith(42), undefined, headers)
  assert.deepEqual(Object.keys(headers), ['b3'])
  assert.equal(propagator.extract(headers), undefined)
})

test('an unknown style is logged, and the default is used', () => {
  const lines = catchLog()
  assert.deepEqual(headerNames({ tracePropagationStyle: ['b3', 'jaeger'] }), headerNames({}))
  assert.deepEqual(lines, ['warn: propagation style jaeger is not known; using the default'])
})

test('the guard against other organisations is off by default', () => {
  assert.equal(openOrgGuard(resolveConfig({}, {})), undefined)
  assert.ok(openOrgGuard(resolveConfig({}, { DD_TRACE_ORG_GUARD_ENABLED: 'true' })))
})
