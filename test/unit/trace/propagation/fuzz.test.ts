/** Extracts 50 000 random carriers; test/tools/fuzz-propagation.ts extracts more. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from './fuzz'

test('random and mutated headers never throw, and what is written is read again', () => {
  const counts = fuzz(50_000, 1)
  // Both outcomes are frequent.
  assert.ok(counts.extracted > 10_000)
  assert.ok(counts.nothing > 1000)
})
