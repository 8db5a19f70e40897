/** Waits between attempts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs, OVERLOADED, retryAfterMs, UNREACHABLE } from '../../../../src/export/send/retry'

test('doubles from 100 ms to 10 s, between a half and the whole', () => {
  const least = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 5000].map(failures => backoffMs(failures, UNREACHABLE, 0))
  assert.deepEqual(least, [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000])
  const most = [1, 2, 8, 9].map(failures => backoffMs(failures, UNREACHABLE, 0.999999))
  assert.deepEqual(most, [100, 200, 10_000, 10_000])
  assert.equal(backoffMs(1, OVERLOADED, 0), 500)
  assert.equal(backoffMs(0, UNREACHABLE, 0), 50)
})

test('reads Retry-After as seconds and as a date, up to 30 s', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
  assert.equal(retryAfterMs('2', now), 2000)
  assert.equal(retryAfterMs('0', now), 0)
  assert.equal(retryAfterMs('30', now), 30_000)
  assert.equal(retryAfterMs('31', now), 30_000)
  assert.equal(retryAfterMs('-1', now), 0)
  assert.equal(retryAfterMs('Wed, 21 Oct 2026 07:28:05 GMT', now), 5000)
  assert.equal(retryAfterMs('Wed, 21 Oct 2026 07:27:55 GMT', now), 0)
  for (const text of [undefined, '', ' ', 'soon']) assert.equal(retryAfterMs(text, now), undefined)
})
