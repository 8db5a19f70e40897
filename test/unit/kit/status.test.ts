/** Parsing of the statuses that count as errors. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isErrorStatus, parseStatuses } from '../../../src/kit/web/status'

describe('ranges of statuses', () => {
  const cases: [string, [number, number][] | undefined][] = [
    ['500-599', [[500, 599]]],
    ['404', [[404, 404]]],
    [' 400 - 403 , 500-511', [[400, 403], [500, 511]]], // biome-ignore format: a table
    ['599-500', [[500, 599]]],
    ['100', [[100, 100]]],
    ['599', [[599, 599]]],
    ['99', undefined],
    ['600', undefined],
    ['500-600', undefined],
    ['500-', undefined],
    ['', undefined],
    ['500,', undefined],
    ['5xx', undefined],
    ['500-502-504', undefined],
  ]
  for (const [text, expected] of cases) {
    it(`reads '${text}'`, () => assert.deepEqual(parseStatuses(text), expected))
  }

  it('includes both ends', () => {
    const ranges = parseStatuses('404,500-502') as [number, number][]
    const errors = [403, 404, 405, 499, 500, 502, 503].filter(status => isErrorStatus(ranges, status))
    assert.deepEqual(errors, [404, 500, 502])
  })
})
