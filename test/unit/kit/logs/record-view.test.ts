/** Records that are shown with one more property. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { recordView } from '../../../../src/kit/logs/record-view'

const dd = { service: 'shop' }

type Loose = Record<string, unknown>

describe('recordView', () => {
  it('shows a frozen record with dd, behind what it has', () => {
    const record = Object.freeze({ a: 1, b: 2 })
    const view = recordView(record, dd)
    assert.equal(JSON.stringify(view), '{"a":1,"b":2,"dd":{"service":"shop"}}')
    assert.deepEqual({ ...view }, { a: 1, b: 2, dd })
    assert.deepEqual(Object.keys(view), ['a', 'b', 'dd'])
    assert.ok('dd' in view && Object.hasOwn(view, 'dd') && !('c' in view))
    assert.deepEqual(Object.keys(record), ['a', 'b'])
  })

  it('writes through, but not dd', () => {
    const record: Loose = { a: 1 }
    const view = recordView(record, dd)
    view.b = 2
    delete view.a
    Object.defineProperty(view, 'c', { value: 3, enumerable: true, writable: true, configurable: true })
    assert.deepEqual(record, { b: 2, c: 3 })
    view.dd = 'other'
    assert.equal(view.dd, 'other')
    delete view.dd
    assert.deepEqual(['dd' in view, Object.keys(view)], [false, ['b', 'c']])
    Object.defineProperty(view, 'dd', { value: 1, enumerable: true })
    assert.deepEqual([view.dd, 'dd' in record], [1, false])
  })

  it('throws what a write to the record throws', () => {
    const record: Loose = Object.freeze({})
    const thrownBy = (fn: () => void): unknown => {
      try {
        fn()
      } catch (error) {
        return (error as Error).message
      }
      return undefined
    }
    const view = recordView(record, dd)
    const message = thrownBy(() => {
      record.a = 1
    })
    assert.match(String(message), /not extensible/)
    assert.equal(
      thrownBy(() => {
        view.a = 1
      }),
      message,
    )
  })

  it('is of the class of the record, whose methods reach private fields', () => {
    class Order {
      #id = 7
      get id() {
        return this.#id
      }
      toJSON() {
        return { id: this.#id }
      }
    }
    const view = recordView(new Order(), dd)
    assert.ok(view instanceof Order)
    assert.deepEqual([view.id, JSON.stringify(view), view.constructor], [7, '{"id":7}', Order])
    const error = new RangeError('no')
    const shown = recordView(error, dd)
    assert.ok(shown instanceof RangeError)
    assert.deepEqual([shown.stack, shown.message, String(shown)], [error.stack, 'no', 'RangeError: no'])
  })
})
