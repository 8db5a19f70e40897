/** `startSpan`, `trace` and `wrap`, as the public API documents these. */

import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { activeSpan, runInSpan } from '../../../src/trace/context'
import { Scope } from '../../../src/trace/scope'
import type { Span } from '../../../src/trace/span'
import { startUserSpan, traceFunction, wrapFunction } from '../../../src/trace/user-spans'
import { testRuntime } from '../../support/runtime'

const tick = promisify(setImmediate)

describe('trace', () => {
  test('ends the span before the caller sees a plain value', () => {
    const runtime = testRuntime()
    assert.equal(
      traceFunction(runtime, 'a', undefined, () => 1),
      1,
    )
    assert.deepEqual(
      runtime.spans().map(span => span.name),
      ['a'],
    )
    assert.equal(runtime.spans()[0].metrics['_dd.measured'], 1)
  })

  test('ends the span when the promise settles, and resolves with its value', async () => {
    const runtime = testRuntime()
    let resolve: (value: number) => void = () => {}
    const result = traceFunction(runtime, 'a', undefined, () => new Promise<number>(done => (resolve = done)))
    assert.equal(runtime.chunks.length, 0)
    resolve(1)
    assert.equal(await result, 1)
    assert.equal(runtime.chunks.length, 1)
  })

  test('in callback mode ends when done is called, and passes the return value through', async () => {
    const runtime = testRuntime()
    let finish: (error?: unknown) => void = () => {}
    const result = traceFunction(runtime, 'a', undefined, (_span, done) => {
      finish = done
      return 'returned'
    })
    assert.equal(result, 'returned')
    assert.equal(runtime.chunks.length, 0)
    finish(new TypeError('late'))
    finish()
    assert.equal(runtime.spans().length, 1)
    assert.equal(runtime.spans()[0].meta['error.type'], 'TypeError')
  })

  for (const [thrown, type, message] of [
    [new RangeError('too far'), 'RangeError', 'too far'],
    ['text', 'string', 'text'],
    [42, 'number', '42'],
    [{ code: 'E_NO' }, 'Object', '{"code":"E_NO"}'],
    [Symbol('s'), 'symbol', 'Symbol(s)'],
  ] as const) {
    test(`records a thrown and a rejected ${type}, and passes the same value on`, async () => {
      const runtime = testRuntime()
      assert.throws(
        () =>
          traceFunction(runtime, 'a', undefined, () => {
            throw thrown
          }),
        error => error === thrown,
      )
      await assert.rejects(
        async () => traceFunction(runtime, 'a', undefined, () => Promise.reject(thrown)),
        error => error === thrown,
      )
      for (const span of runtime.spans()) {
        assert.equal(span.error, 1)
        assert.equal(span.meta['error.type'], type)
        assert.equal(span.meta['error.message'], message)
      }
      assert.equal(runtime.spans().length, 2)
    })
  }

  test('marks the span when undefined is thrown', () => {
    const runtime = testRuntime()
    assert.throws(() =>
      traceFunction(runtime, 'a', undefined, () => {
        throw undefined
      }),
    )
    assert.equal(runtime.spans()[0].error, 1)
  })

  test('makes a child of the active span, and does not leak its own into the caller', () => {
    const runtime = testRuntime()
    traceFunction(runtime, 'outer', undefined, outer => {
      traceFunction(runtime, 'inner', undefined, inner => assert.equal(activeSpan(), inner))
      assert.equal(activeSpan(), outer)
    })
    assert.equal(activeSpan(), undefined)
    const [outer, inner] = runtime.spans()
    assert.equal(inner.parentId, outer.spanId)
    assert.equal(inner.traceId, outer.traceId)
    assert.equal(outer.parentId, 0n)
    assert.equal(outer.traceId, outer.spanId)
  })

  test('applies options, and copies the tags that it was given', () => {
    const runtime = testRuntime()
    const tags = { a: 1, 'service.name': 'other' }
    traceFunction(runtime, 'a', { tags, resource: 'r', type: 'web', measured: false }, () => {})
    const [span] = runtime.spans()
    assert.deepEqual([span.service, span.resource, span.type, span.metrics.a], ['other', 'r', 'web', 1])
    assert.equal(span.metrics['_dd.measured'], undefined)
    assert.deepEqual(tags, { a: 1, 'service.name': 'other' })
  })

  test('childOf null starts a new trace', () => {
    const runtime = testRuntime()
    traceFunction(runtime, 'a', undefined, () => traceFunction(runtime, 'b', { childOf: null }, () => {}))
    assert.equal(new Set(runtime.spans().map(span => span.traceId)).size, 2)
  })

  test('ends with a generator, which it returns as it is', () => {
    const runtime = testRuntime()
    function* numbers() {
      yield 1
      assert.equal(activeSpan()?.name, 'a')
      yield 2
    }
    const generator = numbers()
    const result = traceFunction(runtime, 'a', undefined, () => generator)
    assert.equal(result, generator)
    assert.equal(runtime.chunks.length, 0)
    assert.deepEqual([...result], [1, 2])
    assert.equal(runtime.chunks.length, 1)
  })

  test('ends with an async generator that is left early, or that fails', async () => {
    const runtime = testRuntime()
    async function* numbers() {
      yield 1
      throw new Error('dry')
    }
    for await (const _ of traceFunction(runtime, 'left', undefined, () => numbers())) break
    await assert.rejects(async () => {
      for await (const _ of traceFunction(runtime, 'failed', undefined, () => numbers())) await tick()
    }, /dry/)
    assert.deepEqual(
      runtime.spans().map(span => [span.name, span.error]),
      [
        ['left', 0],
        ['failed', 1],
      ],
    )
  })

  test('ends with a stream, and adds no listener that would handle its error', async () => {
    const runtime = testRuntime()
    const stream = traceFunction(runtime, 'read', undefined, () => Readable.from(['a', 'b']))
    assert.equal(stream.listenerCount('error'), 0)
    assert.equal(runtime.chunks.length, 0)
    stream.resume()
    await finished(stream)
    await tick()
    const broken = traceFunction(runtime, 'broken', undefined, () => new PassThrough())
    broken.destroy(new Error('cut'))
    await assert.rejects(once(broken, 'close'), /cut/)
    await tick()
    assert.deepEqual(
      runtime.spans().map(span => [span.name, span.error]),
      [
        ['read', 0],
        ['broken', 1],
      ],
    )
  })

  test('keeps arrays, maps and emitters, which are values, and ends at once', () => {
    const runtime = testRuntime()
    for (const value of [[1], new Map(), new EventEmitter()]) {
      assert.equal(
        traceFunction(runtime, 'a', undefined, () => value),
        value,
      )
    }
    assert.equal(runtime.chunks.length, 3)
  })
})

describe('promises of other kinds', () => {
  class Query {
    runs = 0
    // biome-ignore lint/suspicious/noThenProperty: a lazy query builder is what this test is about
    then(resolve?: (value: string) => unknown, reject?: (error: unknown) => unknown) {
      this.runs++
      return Promise.resolve('rows').then(resolve, reject)
    }
    where() {
      return this
    }
  }

  test('a lazy thenable is not run, and stays what it is', async () => {
    const runtime = testRuntime()
    const query = new Query()
    const result = traceFunction(runtime, 'q', undefined, () => query)
    assert.equal(result, query)
    assert.equal(query.runs, 0)
    assert.equal(await result.where(), 'rows')
    assert.equal(query.runs, 1)
    assert.equal(runtime.chunks.length, 1)
  })

  test('a subclass of Promise keeps its class and its methods', async () => {
    class Cancellable extends Promise<number> {
      cancel() {
        return 'cancelled'
      }
    }
    const runtime = testRuntime()
    const promise = Cancellable.resolve(5) as Cancellable
    const result = traceFunction(runtime, 'c', undefined, () => promise)
    assert.equal(result, promise)
    assert.equal(result.cancel(), 'cancelled')
    assert.equal(await result, 5)
    assert.equal(runtime.chunks.length, 1)
  })

  test('properties of a plain promise are on the returned promise', async () => {
    const runtime = testRuntime()
    const promise = Object.assign(Promise.resolve(1), { abort: () => 'aborted' })
    const result = traceFunction(runtime, 'p', undefined, () => promise)
    assert.equal(result.abort(), 'aborted')
    assert.equal(await result, 1)
  })
})

describe('wrap', () => {
  test('keeps name, length, properties, this and arguments', () => {
    const runtime = testRuntime()
    function add(this: { base: number }, first: number, second: number) {
      return this.base + first + second
    }
    add.version = 3
    const wrapped = wrapFunction(runtime, 'add', undefined, add as never) as unknown as typeof add
    assert.deepEqual([wrapped.name, wrapped.length, wrapped.version], ['add', 2, 3])
    assert.equal(wrapped.call({ base: 1 }, 2, 3), 6)
    assert.equal(runtime.spans().length, 1)
  })

  test('a wrapped class can be constructed and extended', () => {
    const runtime = testRuntime()
    class Point {
      static origin = 'here'
      x: number
      constructor(x: number) {
        this.x = x
      }
    }
    const Wrapped = wrapFunction(runtime, 'point', undefined, Point as never) as unknown as typeof Point
    class Sub extends Wrapped {}
    assert.ok(new Wrapped(1) instanceof Point)
    assert.ok(new Wrapped(1) instanceof Wrapped)
    const sub = new Sub(2)
    assert.ok(sub instanceof Sub && sub.x === 2)
    assert.equal(Wrapped.origin, 'here')
    assert.equal(runtime.spans().length, 3)
  })

  test('a trailing callback ends the span and runs in the context of the caller', async () => {
    const runtime = testRuntime()
    const load = (name: string, callback: (error: Error | null, value?: string) => void) => {
      setImmediate(() => (name === 'bad' ? callback(new Error('no')) : callback(null, name)))
    }
    const wrapped = wrapFunction(runtime, 'load', undefined, load)
    const caller = startUserSpan(runtime, 'caller', undefined)
    const seen: (Span | undefined)[] = []
    await runInSpan(
      caller,
      async () => {
        await new Promise<void>(done => wrapped('good', () => done(void seen.push(activeSpan()))))
        await new Promise<void>(done => wrapped('bad', () => done(void seen.push(activeSpan()))))
      },
      undefined,
      [],
    )
    caller.finish()
    assert.deepEqual(seen, [caller, caller])
    const loads = runtime.spans().filter(span => span.name === 'load')
    assert.deepEqual(
      loads.map(span => span.error),
      [0, 1],
    )
  })

  test('options can depend on the arguments', () => {
    const runtime = testRuntime()
    const wrapped = wrapFunction(
      runtime,
      'a',
      (id: number) => ({ resource: `item ${id}` }),
      (id: number) => id,
    )
    wrapped(7)
    assert.equal(runtime.spans()[0].resource, 'item 7')
  })

  test('works through util.promisify, and keeps a custom one', async () => {
    const runtime = testRuntime()
    const original = (callback: (error: null, value: string) => void) => callback(null, 'plain')
    Object.defineProperty(original, promisify.custom, { value: async () => 'custom' })
    const wrapped = wrapFunction(runtime, 'a', undefined, original)
    assert.equal(await promisify(wrapped)(), 'custom')
  })
})

describe('scope', () => {
  const scope = new Scope()

  test('activates for the call only, also when it throws, and tags the error', () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'a', undefined)
    assert.throws(
      () =>
        scope.activate(span, () => {
          assert.equal(scope.active(), span)
          throw new Error('x')
        }),
      /x/,
    )
    assert.equal(scope.active(), null)
    span.finish()
    assert.equal(runtime.spans()[0].meta['error.message'], 'x')
  })

  test('binds a function to the active span, to another one, or to none', () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'a', undefined)
    const current = scope.activate(span, () => scope.bind(() => scope.active()))
    assert.equal(current(), span)
    assert.equal(
      scope.activate(span, () => scope.bind(() => scope.active(), null)()),
      null,
    )
    assert.equal(scope.bind(() => scope.active(), span)(), span)
  })

  test('startSpan inside of activate has no parent unless it is told one', () => {
    const runtime = testRuntime()
    const parent = startUserSpan(runtime, 'parent', undefined)
    scope.activate(parent, () => startUserSpan(runtime, 'root', undefined).finish())
    startUserSpan(runtime, 'child', { childOf: parent.context() }).finish()
    parent.finish()
    const byName = new Map(runtime.spans().map(span => [span.name, span]))
    assert.equal(byName.get('root')?.parentId, 0n)
    assert.equal(byName.get('child')?.parentId, byName.get('parent')?.spanId)
  })
})
