/** How errors are recorded: causes, lists of errors, and handled errors. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Span } from '../../../src/trace/span'
import { startUserSpan } from '../../../src/trace/user-spans'
import { createTracer } from '../../../src/tracer'
import { type SeenSpan, testRuntime } from '../../support/runtime'

function spanWith(change: (span: Span) => void): SeenSpan {
  const runtime = testRuntime()
  const span = startUserSpan(runtime, 'op', undefined)
  change(span)
  span.finish()
  return runtime.spans()[0]
}

const stackOf = (error: unknown) => spanWith(span => span.setError(error)).meta['error.stack']

describe('the stack of a failed span', () => {
  test('is the stack of the error, and nothing else, when there is no cause', () => {
    const error = new RangeError('far')
    assert.equal(stackOf(error), error.stack)
    assert.equal(stackOf(new Error('far', { cause: undefined }))?.includes('Caused by'), false)
  })

  test('has the stack of each cause behind it', () => {
    const inner = new TypeError('inner')
    const middle = new RangeError('middle', { cause: inner })
    const outer = new Error('outer', { cause: middle })
    assert.equal(stackOf(outer), `${outer.stack}\nCaused by: ${middle.stack}\nCaused by: ${inner.stack}`)
  })

  test('has causes that are no errors as text', () => {
    assert.match(stackOf(new Error('a', { cause: 'just text' })), /\nCaused by: just text$/)
    assert.match(stackOf(new Error('a', { cause: 0 })), /\nCaused by: 0$/)
    assert.match(stackOf(new Error('a', { cause: { message: 'plain' } })), /\nCaused by: Error: plain$/)
    assert.match(stackOf(new Error('a', { cause: {} })), /\nCaused by: \[object Object\]$/)
  })

  test('ends where a chain of causes comes back to itself', () => {
    const first = new Error('first') as Error & { cause: unknown }
    const second = new Error('second', { cause: first })
    first.cause = second
    assert.equal(stackOf(first), `${first.stack}\nCaused by: ${second.stack}`)
    const plain: { message: string; cause?: unknown } = { message: 'plain' }
    plain.cause = plain
    assert.equal(stackOf(plain), undefined)
    plain.cause = { message: 'other', cause: plain }
    assert.equal(stackOf(plain), 'Caused by: Error: other')
    const own = new Error('own') as Error & { cause: unknown }
    own.cause = own
    assert.equal(stackOf(own), own.stack)
  })

  test('has at most ten errors behind the first', () => {
    let error = new Error('cause 1')
    for (let number = 2; number <= 20; number++) error = new Error(`cause ${number}`, { cause: error })
    assert.equal(stackOf(error).match(/Caused by/g)?.length, 10)
    const many = new AggregateError(Array.from({ length: 50 }, (_, index) => new Error(`part ${index}`)))
    assert.equal(stackOf(many).match(/^Error \d+ of 50: /gm)?.length, 10)
  })

  test('has the errors of an AggregateError, and their causes', async () => {
    const refused = new Error('refused', { cause: new Error('closed') })
    const error = await Promise.any([Promise.reject(refused), Promise.reject('text')]).catch(caught => caught)
    const span = spanWith(each => each.setError(error))
    assert.equal(span.meta['error.type'], 'AggregateError')
    assert.equal(span.meta['error.message'], 'All promises were rejected')
    assert.equal(
      span.meta['error.stack'],
      `${error.stack}\nError 1 of 2: ${refused.stack}\nCaused by: ${(refused.cause as Error).stack}\nError 2 of 2: text`,
    )
  })

  test('does not repeat a cause that the error has in its own stack', () => {
    const inner = new Error('inner')
    const outer = new Error('outer', { cause: inner })
    outer.stack = `${outer.stack}\ncaused by: ${inner.stack}`
    assert.equal(stackOf(outer), outer.stack)
  })

  test('is that of the error alone when its cause cannot be read', () => {
    const error = new Error('outer')
    Object.defineProperty(error, 'cause', {
      get() {
        throw new Error('getter')
      },
    })
    const span = spanWith(each => each.setError(error))
    assert.deepEqual([span.meta['error.message'], span.meta['error.stack']], ['outer', error.stack])
  })
})

describe('an error that was handled', () => {
  const eventsOf = (span: SeenSpan) => JSON.parse(span.meta.events)

  test('is an event of the span, which has not failed', () => {
    const error = new RangeError('far', { cause: new Error('inner') })
    const span = spanWith(each => each.recordException(error, { attempt: 2, 'exception.type': 'mine' }))
    assert.equal(span.error, 0)
    assert.equal(span.meta['error.type'], undefined)
    assert.equal(span.meta['_dd.span_events.has_exception'], 'true')
    const [{ name, attributes }] = eventsOf(span)
    assert.equal(name, 'exception')
    assert.deepEqual(attributes, {
      'exception.type': 'mine',
      'exception.message': 'far',
      'exception.stacktrace': `${error.stack}\nCaused by: ${(error.cause as Error).stack}`,
      attempt: 2,
    })
  })

  test('can be any value, and recording it never throws', () => {
    const hostile = {
      get boom(): string {
        throw new Error('no')
      },
    }
    const span = spanWith(each => {
      each.recordException('text').recordException(undefined).recordException(new Error('a'), hostile)
    })
    const texts = eventsOf(span).map((event: { attributes?: object }) => event.attributes)
    assert.deepEqual(texts[0], { 'exception.type': 'string', 'exception.message': 'text' })
    assert.equal(texts[2]['exception.message'], 'a')
  })

  test('has a stack of at most 10 000 characters', () => {
    const error = new Error('deep')
    error.stack = 'x'.repeat(30_000)
    const [{ attributes }] = eventsOf(spanWith(each => each.recordException(error)))
    assert.equal(attributes['exception.stacktrace'], `${'x'.repeat(10_000)}...`)
  })

  test('is not recorded on a finished span', () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'op', undefined)
    span.finish()
    assert.equal(span.recordException(new Error('late')), span)
    assert.equal(runtime.spans()[0].meta.events, undefined)
  })

  test('is ignored by a tracer that is off', () => {
    const tracer = createTracer()
    assert.equal(tracer.trackError(new Error('a'), { tags: { a: 1 }, failed: true }), tracer)
    tracer.startSpan('noop').recordException(new Error('a'))
  })
})
