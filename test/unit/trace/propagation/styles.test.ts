/** Reads names of styles in the spellings of users. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStyles } from '../../../../src/trace/propagation/styles'

for (const [list, styles, unknown] of [
  ['datadog,tracecontext,baggage', ['datadog', 'tracecontext', 'baggage'], []],
  [' Datadog , TraceContext', ['datadog', 'tracecontext'], []],
  [['b3', 'b3multi'], ['b3', 'b3multi'], []],
  ['B3 Single Header', ['b3'], []],
  ['b3,b3 single header', ['b3'], []],
  ['none', [], []],
  ['none,datadog', ['datadog'], []],
  ['', [], []],
  ['datadog,jaeger,xray', ['datadog'], ['jaeger', 'xray']],
  ['constructor,__proto__', [], ['constructor', '__proto__']],
  [['datadog', 5, null], ['datadog'], ['5', 'null']],
  [undefined, [], []],
  [5, [], []],
] as const) {
  test(`reads ${JSON.stringify(list)}`, () => assert.deepEqual(parseStyles(list), { styles, unknown }))
}
