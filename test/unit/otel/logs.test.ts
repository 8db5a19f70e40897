/** The logger provider behind `@opentelemetry/api-logs`, with that API itself. */

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { logs, SeverityNumber } from '@opentelemetry/api-logs'
import { LOGS_KEY, registerLogs } from '../../../src/otel/logs'
import type { EmitLog } from '../../../src/trace/log-entry'
import { catchLog } from '../../support/log-lines'

type Emitted = Parameters<EmitLog>

const emitted: Emitted[] = []
let unregister = (): void => {}

function register(): void {
  unregister = registerLogs((...args) => emitted.push(args))
}

afterEach(() => {
  unregister()
  logs.disable()
  emitted.length = 0
})

test('records of the API arrive with the scope of their logger', () => {
  register()
  const logger = logs.getLogger('library', '1.2')
  assert.equal(logs.getLogger('library', '1.2'), logger)
  const error = {
    body: { a: 1 },
    severityNumber: SeverityNumber.ERROR,
    severityText: 'Bad',
    attributes: { b: 2 },
  }
  logger.emit({ ...error, timestamp: [5, 6], observedTimestamp: new Date(7000) })
  const [[entry, scope]] = emitted
  assert.deepEqual(scope, { name: 'library', version: '1.2' })
  assert.deepEqual(
    [entry.body, entry.severity, entry.severityText, entry.attributes],
    [{ a: 1 }, 17, 'Bad', { b: 2 }],
  )
  assert.deepEqual(
    [entry.timestamp, entry.observed],
    [
      [5, 6],
      [7, 0],
    ],
  )
  assert.equal(entry.span, undefined, 'the active one')
})

test('a record belongs to the span of the given context, and to none if the context has none', () => {
  register()
  const ids = { traceId: '0af7651916cd43dd0448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
  const context = trace.setSpanContext(ROOT_CONTEXT, ids)
  logs.getLogger('a').emit({ body: 1, context })
  logs.getLogger('a').emit({ body: 2, context: ROOT_CONTEXT })
  assert.deepEqual(
    emitted.map(([entry]) => entry.span),
    [ids, null],
  )
})

test('a logger that was requested before the registration works as well', () => {
  const early = logs.getLogger('early')
  early.emit({ body: 'lost' })
  register()
  early.emit({ body: 'found' })
  assert.deepEqual(
    emitted.map(([entry, scope]) => [entry.body, scope.name]),
    [['found', 'early']],
  )
})

test('a provider that was registered before stays, and one that comes after is refused', () => {
  const lines = catchLog()
  const other = { getLogger: () => ({ emit() {}, enabled: () => true }) }
  logs.setGlobalLoggerProvider(other)
  register()
  assert.equal(logs.getLoggerProvider(), other)
  assert.match(lines[0], /warn: another OpenTelemetry logger provider is registered/)
  logs.disable()
  register()
  logs.setGlobalLoggerProvider(other)
  assert.notEqual(logs.getLoggerProvider(), other)
})

test('the registration can be undone', () => {
  register()
  unregister()
  assert.equal(LOGS_KEY in globalThis, false)
})

test('no record makes the logger throw', () => {
  register()
  logs.getLogger('a').emit(undefined as never)
  logs.getLogger(undefined as never, 7 as never).emit({ timestamp: 'no time' as never, context: 3 as never })
  assert.deepEqual(
    [emitted[1][0].timestamp, emitted[1][0].span, emitted[1][1]],
    [undefined, null, { name: 'undefined', version: '7' }],
  )
})
