/** Spans that are open when the process ends, and the list that holds their traces. */

import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { runInSpan } from '../../../src/trace/context'
import { openTraces } from '../../../src/trace/local-trace'
import { MAX_OPEN_TRACES, removeOldTraces } from '../../../src/trace/open-traces'
import { finishOpenSpans, recordUncaught } from '../../../src/trace/process-end'
import type { Span } from '../../../src/trace/span'
import { startUserSpan, traceFunction } from '../../../src/trace/user-spans'
import { testRuntime } from '../../support/runtime'

const failed = new RangeError('far')
const turn = () => new Promise(resolve => setImmediate(resolve))

afterEach(async () => {
  // In the next turn the uncaught error is forgotten.
  await turn()
  assert.equal(openTraces().length, 0)
})

describe('traces with open spans', () => {
  test('are held from their first open span to the end of their last', () => {
    const runtime = testRuntime()
    const spans = ['a', 'b', 'c'].map(name => startUserSpan(runtime, name, undefined))
    const child = startUserSpan(runtime, 'child', { childOf: spans[0] })
    assert.deepEqual(
      openTraces().map(trace => trace.root?.name),
      ['a', 'b', 'c'],
    )
    spans[0].finish()
    assert.equal(openTraces().length, 3)
    child.finish()
    assert.deepEqual(
      openTraces().map(trace => trace.root?.name),
      ['c', 'b'],
    )
    const late = startUserSpan(runtime, 'late', { childOf: spans[0] })
    assert.equal(openTraces().length, 3)
    for (const span of [spans[2], late, spans[1]]) span.finish()
  })

  test('are held up to a limit', () => {
    const runtime = testRuntime()
    const open: Span[] = []
    for (let index = 0; index < MAX_OPEN_TRACES; index++) open.push(startUserSpan(runtime, 'open', undefined))
    assert.equal(openTraces().length, MAX_OPEN_TRACES)
    const beyond = startUserSpan(runtime, 'beyond', undefined)
    assert.equal(openTraces().length, MAX_OPEN_TRACES)
    beyond.finish()
    assert.equal(openTraces().length, MAX_OPEN_TRACES)
    for (const span of open) span.finish()
    assert.equal(runtime.spans().length, MAX_OPEN_TRACES + 1)
  })

  test('leave the list when they are old, and are still sent', () => {
    const runtime = testRuntime()
    const old = startUserSpan(runtime, 'old', undefined)
    const { anchorTicks } = old.trace
    removeOldTraces(anchorTicks)
    assert.equal(openTraces().length, 1)
    removeOldTraces(anchorTicks + 1)
    assert.equal(openTraces().length, 0)
    old.finish()
    assert.equal(runtime.spans().length, 1)
  })
})

describe('when the process ends', () => {
  const reason = 'the process exited with code 3'

  test('the span in which the error was thrown has failed with it, and so has the local root', () => {
    const runtime = testRuntime()
    const root = startUserSpan(runtime, 'root', undefined)
    const step = startUserSpan(runtime, 'step', { childOf: root })
    const other = startUserSpan(runtime, 'other', { childOf: root })
    startUserSpan(runtime, 'unrelated', undefined)
    runInSpan(step, () => recordUncaught(failed, 'unhandledRejection', false), undefined, [])
    finishOpenSpans(reason, true)
    const seen = Object.fromEntries(runtime.spans().map(span => [span.name, span.meta['error.message']]))
    assert.deepEqual(seen, { root: 'far', step: 'far', other: reason, unrelated: reason })
    const endOf = (span: Span) => span.startTicks + span.durationMs
    for (const span of [step, other]) assert.ok(endOf(span) <= endOf(root), 'a child ends within its parent')
    assert.ok(other.durationMs >= 0)
    recordUncaught(undefined, 'uncaughtException', true)
  })

  test('an exception that has left the context of its span still belongs to the span', () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'thrower', undefined)
    startUserSpan(runtime, 'other', undefined)
    const thrower = () => {
      throw failed
    }
    assert.throws(() => runInSpan(span, thrower, undefined, []), failed)
    recordUncaught(failed, 'uncaughtException', false)
    finishOpenSpans(reason, true)
    const seen = Object.fromEntries(runtime.spans().map(each => [each.name, each.meta['error.type']]))
    assert.deepEqual(seen, { thrower: 'RangeError', other: 'ProcessExit' })
    recordUncaught(undefined, 'uncaughtException', true)
  })

  test('a caught error is not taken for a later one', async () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'caught', undefined)
    startUserSpan(runtime, 'other', undefined)
    const thrower = () => {
      throw new Error('caught')
    }
    assert.throws(() => runInSpan(span, thrower, undefined, []), /caught/)
    await turn()
    recordUncaught(failed, 'uncaughtException', false)
    finishOpenSpans(reason, true)
    assert.deepEqual(
      runtime.spans().map(each => each.meta['error.type']),
      ['ProcessExit', 'ProcessExit'],
    )
    recordUncaught(undefined, 'uncaughtException', true)
  })

  test('if only one trace is open, the error was thrown in it', () => {
    const runtime = testRuntime()
    startUserSpan(runtime, 'only', undefined)
    recordUncaught('text', 'uncaughtException', false)
    finishOpenSpans(reason, true)
    assert.deepEqual([runtime.spans()[0].meta['error.message'], runtime.spans()[0].error], ['text', 1])
    recordUncaught(undefined, 'uncaughtException', true)
  })

  test('after a normal exit only server spans have failed, whose callers get no response', () => {
    const runtime = testRuntime()
    startUserSpan(runtime, 'job', undefined)
    startUserSpan(runtime, 'request', { tags: { 'span.kind': 'server' } })
    finishOpenSpans('the process exited with code 0', false)
    assert.deepEqual(
      runtime.spans().map(({ name, error }) => [name, error]),
      [
        ['job', 0],
        ['request', 1],
      ],
    )
  })

  test('an error that the application has recorded is not replaced', () => {
    const runtime = testRuntime()
    startUserSpan(runtime, 'op', undefined).setError(failed)
    finishOpenSpans(reason, true)
    assert.equal(runtime.spans()[0].meta['error.message'], 'far')
  })

  test('in a process that goes on the error is an event, and its span stays open', async () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'op', undefined)
    let told: unknown
    span.trace.request = { span, fail: error => (told = error), finishAtExit() {} }
    runInSpan(span, () => recordUncaught(failed, 'unhandledRejection', true), undefined, [])
    await turn()
    assert.deepEqual([told, span.durationMs], [failed, -1])
    span.finish()
    assert.equal(runtime.spans()[0].error, 0)
    assert.equal(JSON.parse(runtime.spans()[0].meta.events)[0].attributes['exception.message'], 'far')
  })

  test('a function that throws, and is caught, leaves nothing behind', () => {
    const runtime = testRuntime()
    assert.throws(() =>
      traceFunction(runtime, 'op', undefined, () => {
        throw failed
      }),
    )
    assert.equal(runtime.spans()[0].meta['error.message'], 'far')
  })
})
