/** Baggage of the running code. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  getBaggage,
  removeAllBaggageItems,
  removeBaggageItem,
  runWithBaggage,
  setBaggageItem,
} from '../../../../src/trace/baggage'

function inside<Result>(items: Record<string, string> | undefined, fn: () => Result): Result {
  return runWithBaggage(items, fn, undefined, [])
}

test('is empty and frozen without items', () => {
  assert.deepEqual(getBaggage(), {})
  assert.ok(Object.isFrozen(getBaggage()))
  assert.deepEqual(removeBaggageItem('x'), {})
  assert.deepEqual(removeAllBaggageItems(), {})
})

test('passes this, arguments and the result through, with and without items', () => {
  const self = {}
  for (const items of [undefined, { a: 'b' }]) {
    const result = runWithBaggage(
      items,
      function (this: unknown, one: number, two: number) {
        assert.equal(this, self)
        assert.deepEqual(getBaggage(), items ?? {})
        return one + two
      },
      self,
      [1, 2] as const,
    )
    assert.equal(result, 3)
  }
  assert.deepEqual(getBaggage(), {})
})

test('adds, replaces and removes items and returns the frozen map', () => {
  inside({ a: '1' }, () => {
    const added = setBaggageItem('b', '2')
    assert.deepEqual(added, { a: '1', b: '2' })
    assert.ok(Object.isFrozen(added))
    assert.equal(getBaggage(), added)
    assert.deepEqual(setBaggageItem('b', '3'), { a: '1', b: '3' })
    assert.deepEqual(added, { a: '1', b: '2' })
    assert.deepEqual(removeBaggageItem('a'), { b: '3' })
    assert.deepEqual(removeBaggageItem('absent'), { b: '3' })
    assert.deepEqual(removeAllBaggageItems(), {})
    assert.deepEqual(getBaggage(), {})
  })
})

test('refuses keys and values that are no item', () => {
  inside({ a: '1' }, () => {
    for (const [key, value] of [
      ['', 'x'],
      [undefined, 'x'],
      [5, 'x'],
      ['k', 5],
      ['k', undefined],
      ['k', null],
    ]) {
      assert.deepEqual(setBaggageItem(key as string, value as string), { a: '1' })
    }
  })
})

test('code beside and around keeps its own items', async () => {
  await inside({ a: '1' }, async () => {
    const sibling = inside({ ...getBaggage() }, async () => {
      await null
      setBaggageItem('b', '2')
      await null
      return getBaggage()
    })
    const late = new Promise<object>(resolve => setImmediate(() => resolve(getBaggage())))
    assert.deepEqual(await sibling, { a: '1', b: '2' })
    assert.deepEqual(await late, { a: '1' })
    assert.deepEqual(getBaggage(), { a: '1' })
  })
  assert.deepEqual(getBaggage(), {})
})

test('running without items hides the items of the surroundings', () => {
  inside({ a: '1' }, () => {
    inside(undefined, () => assert.deepEqual(getBaggage(), {}))
    assert.deepEqual(getBaggage(), { a: '1' })
  })
})
