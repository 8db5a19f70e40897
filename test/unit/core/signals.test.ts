/** What the list of signals does with those that are open. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import type { FlushResult } from '../../../src/core/flush-result'
import type { Signal, SignalRow } from '../../../src/core/signal'
import { Signals } from '../../../src/core/signals'

const CONFIG = resolveConfig({}, {})

/** A signal that writes down what it is asked for, and settles at once unless `work` says otherwise. */
function recording(name: string, calls: string[], parts: Partial<Signal> = {}): SignalRow<unknown> {
  const done = (what: string) => async (): Promise<undefined> => {
    calls.push(`${what} ${name}`)
    return undefined
  }
  const signal: Signal = {
    lane: name,
    items: name,
    isPending: false,
    flush: done('flush'),
    takeUnsent: () => undefined,
    giveUp: () => 0,
    shutdown: done('shutdown'),
    ...parts,
  }
  return {
    name,
    isWanted: () => true,
    open() {
      calls.push(`open ${name}`)
      return signal
    },
  }
}

describe('the list of signals', () => {
  test('opens from the last to the first what is wanted, and configures what is open', async () => {
    const calls: string[] = []
    const configure = (): void => void calls.push('configure')
    const unwanted = { ...recording('unwanted', calls), isWanted: () => false }
    const signals = new Signals([
      recording('first', calls, { configure }),
      unwanted,
      recording('last', calls),
    ])
    signals.start(CONFIG, undefined)
    assert.deepEqual(calls, ['open last', 'open first', 'configure'])
    assert.equal(signals.get(unwanted), undefined)
    await signals.shutdown()
  })

  test('goes on with the others when one cannot be opened', async () => {
    const calls: string[] = []
    const broken = {
      ...recording('broken', calls),
      open(): never {
        throw new Error('broken on purpose')
      },
    }
    const signals = new Signals([recording('whole', calls), broken])
    signals.start(CONFIG, undefined)
    await signals.shutdown()
    assert.deepEqual(calls, ['open whole', 'shutdown whole'])
  })

  test('flushes signals of one lane one after the other, in the order of the list, and lanes side by side', async () => {
    const calls: string[] = []
    let release = (): void => {}
    const slow = new Promise<undefined>(resolve => {
      release = () => resolve(undefined)
    })
    const blocked = (): Promise<undefined> => {
      calls.push('flush traces')
      return slow
    }
    const signals = new Signals([
      recording('traces', calls, { lane: 'agent', flush: blocked }),
      recording('statistics', calls, { lane: 'agent' }),
      recording('metrics', calls),
    ])
    signals.start(CONFIG, undefined)
    calls.splice(0)
    const flushed = signals.flush()
    assert.deepEqual(calls, ['flush traces', 'flush metrics'])
    release()
    await flushed
    assert.deepEqual(calls, ['flush traces', 'flush metrics', 'flush statistics'])
    await signals.shutdown()
  })

  test('hands on what is left of the deadline', async () => {
    const given: number[] = []
    const take = async (timeoutMs: number): Promise<undefined> => void given.push(timeoutMs)
    const signals = new Signals([
      recording('first', [], { lane: 'one', shutdown: take }),
      recording('second', [], { lane: 'one', shutdown: take }),
    ])
    signals.start(CONFIG, undefined)
    await signals.shutdown(500)
    assert.ok(given[0] <= 500 && given[1] <= given[0] && given[1] >= 0, String(given))
  })

  test('tells every signal of the shutdown before it shuts one down', async () => {
    const calls: string[] = []
    const beforeShutdown = (): void => void calls.push('told')
    const signals = new Signals([recording('first', calls), recording('last', calls, { beforeShutdown })])
    signals.start(CONFIG, undefined)
    calls.splice(0)
    await signals.shutdown()
    assert.deepEqual(calls, ['told', 'shutdown first', 'shutdown last'])
  })

  test('answers with the result of the signal that has one, and survives one that rejects', async () => {
    const result: FlushResult = { sent: 3, dropped: 0, timedOut: false }
    const signals = new Signals([
      recording('rejects', [], { flush: () => Promise.reject(new Error('rejected on purpose')) }),
      recording('traces', [], { flush: async () => result }),
    ])
    signals.start(CONFIG, undefined)
    assert.equal(await signals.flush(), result)
    await signals.shutdown()
  })

  test('opens a product once, by its first use or by init()', async () => {
    const calls: string[] = []
    const row = recording('product', calls) as SignalRow<unknown> & { open(): Signal }
    const signals = new Signals([row])
    const opened = signals.ask(row, undefined)
    signals.start(CONFIG, undefined)
    assert.equal(signals.get(row), opened)
    assert.deepEqual(calls, ['open product'])
    await signals.shutdown()
  })

  test('tells each signal that the program ends idly, also after one that throws', async () => {
    const calls: string[] = []
    const signals = new Signals([
      recording('broken', calls, {
        beforeIdleExit() {
          throw new Error('thrown on purpose')
        },
      }),
      recording('whole', calls, { beforeIdleExit: () => void calls.push('told') }),
    ])
    const others = new Set(process.listeners('beforeExit'))
    signals.start(CONFIG, undefined)
    for (const each of process.listeners('beforeExit')) if (!others.has(each)) each(0)
    assert.equal(calls.at(-1), 'told')
    await signals.shutdown()
  })

  test('watches the process from the first open signal on, until the shutdown', async () => {
    const before = process.listenerCount('beforeExit')
    const signals = new Signals([recording('only', [])])
    assert.equal(process.listenerCount('beforeExit'), before)
    signals.start(CONFIG, undefined)
    assert.equal(process.listenerCount('beforeExit'), before + 1)
    await signals.shutdown()
    assert.equal(process.listenerCount('beforeExit'), before)
  })
})
