import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import {
  activeLabels,
  customLabelKeys,
  type Labels,
  runWithLabels,
  setCustomLabelKeys,
  takeLabels,
} from '../../../src/profiling/labels'

afterEach(() => {
  takeLabels()
})

/** Returns the labels of the running code, as they would be encoded. */
function current(): Labels {
  const list = takeLabels()
  const labels: Record<string, string | number> = {}
  for (let at = 0; at < list.length; at += 3)
    if (list[at] === activeLabels()) labels[list[at + 1]] = list[at + 2]
  return labels
}

const takenValues = () => takeLabels().filter((_each, index) => index % 3 === 2)

test('labels last for the function and what it awaits, and nested ones are added', async () => {
  assert.equal(activeLabels(), 0)
  const result = runWithLabels({ tenant: 'a', shard: 3 }, async () => {
    assert.deepEqual(current(), { tenant: 'a', shard: 3 })
    await setImmediate()
    runWithLabels({ shard: 4, step: 'x' }, () =>
      assert.deepEqual(current(), { tenant: 'a', shard: 4, step: 'x' }),
    )
    assert.deepEqual(current(), { tenant: 'a', shard: 3 })
    return 7
  })
  assert.equal(activeLabels(), 0)
  assert.equal(await result, 7)
})

test('equal labels are one set, in any order', () => {
  const one = runWithLabels({ a: 1, b: 2 }, activeLabels)
  assert.equal(runWithLabels({ b: 2, a: 1 }, activeLabels), one)
  assert.notEqual(runWithLabels({ a: '1', b: 2 }, activeLabels), one)
})

test('values are texts or whole numbers; reserved keys, empty and other values are left out', () => {
  const labels = { half: 0.5, 'span id': 'mine', empty: '', list: [1], tenant: 'a'.repeat(300) }
  runWithLabels(labels as unknown as Labels, () =>
    assert.deepEqual(current(), { half: '0.5', tenant: 'a'.repeat(200) }),
  )
  assert.equal(runWithLabels(null as unknown as Labels, activeLabels), 0)
})

test('an error of the function passes through', () => {
  const error = new Error('meant')
  assert.throws(
    () =>
      runWithLabels({ a: 1 }, () => {
        throw error
      }),
    error,
  )
  assert.equal(activeLabels(), 0)
})

test('sets after the first 1,000 of a window keep the labels of the enclosing call', () => {
  runWithLabels({ outer: 1 }, () => {
    for (let at = 0; at < 999; at++) runWithLabels({ at }, activeLabels)
    const outer = activeLabels()
    assert.equal(runWithLabels({ at: 999 }, activeLabels), outer)
    const values = takenValues()
    assert.ok(values.includes(998) && !values.includes(999))
    assert.notEqual(runWithLabels({ at: 999 }, activeLabels), outer)
  })
})

test('the 2,000 most recently used sets are remembered', () => {
  for (let at = 0; at <= 2_000; at++) {
    runWithLabels({ at }, activeLabels)
    if (at % 700 !== 0) continue
    takeLabels()
    runWithLabels({ at: 0 }, activeLabels)
  }
  const values = takenValues()
  assert.ok(values.length <= 2_000 && values.includes(2_000))
  assert.ok(values.includes(0) && !values.includes(1))
})

test('a set that a context holds is remembered in later windows', async () => {
  await runWithLabels({ job: 'long' }, async () => {
    for (let window = 0; window < 3; window++) {
      await setImmediate()
      assert.deepEqual(current(), { job: 'long' })
    }
  })
})

test('keys are kept once each, and only texts', () => {
  setCustomLabelKeys(['tenant', 'shard', 'tenant', 'span id', 1 as unknown as string])
  assert.deepEqual(customLabelKeys(), ['tenant', 'shard'])
  setCustomLabelKeys(undefined as unknown as string[])
  assert.deepEqual(customLabelKeys(), [])
})
