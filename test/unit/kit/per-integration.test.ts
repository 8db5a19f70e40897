/** Values that the patched files of one integration share. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PatchTools, perIntegration } from '../../../src/kit/index'

/** Tools of an integration, which are another object for each of its files, with the same state. */
const toolsWith = (state: object) => ({ state }) as unknown as PatchTools

test('a value is made once for an integration, whichever of its files asks', () => {
  const made: PatchTools[] = []
  const numbersOf = perIntegration(tools => {
    made.push(tools)
    return { number: made.length }
  })
  const state = {}
  const first = toolsWith(state)
  assert.equal(numbersOf(first), numbersOf(toolsWith(state)))
  assert.deepEqual(made, [first])
})

test('two integrations, or one with two tracers, share nothing', () => {
  const numbersOf = perIntegration(() => ({}))
  assert.notEqual(numbersOf(toolsWith({})), numbersOf(toolsWith({})))
})
