import assert from 'node:assert/strict'
import { test } from 'node:test'
import semver from 'semver/functions/satisfies'
import { satisfies } from '../../../src/patch/versions'
import { loadIntegrations } from '../../tools/generate'

const ranges = new Set(
  loadIntegrations().flatMap(({ targets }) => targets.flatMap(({ versions }) => versions ?? [])),
)
const OTHER = ['^4.1.2', '~1.2', '1.x', '*', '4', '>=1 <3 || 5.x', '>1.2.3 <=2', '>=1.2.3 <2.0.0 || >=3.4']
const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 20, 22, 24, 100]
const ENDS = ['', '-0', '-beta.1', '+build.5']
const ODD = ['', 'latest', '1', '1.2', 'v1.2.3', '01.2.3', '1.2.3.4', '99999999999999999999.0.0']

test('decides every range as semver does', () => {
  assert.ok(ranges.size > 30)
  let asked = 0
  for (const range of [...ranges, ...OTHER]) {
    for (const major of numbers) {
      for (const minor of numbers) {
        for (const version of [`${major}.${minor}.1`, ...ENDS.map(end => `${major}.${minor}.0${end}`)]) {
          asked++
          const expected = semver(version, range, { includePrerelease: true })
          if (satisfies(version, range) !== expected) assert.fail(`${version} of ${range}: ${!expected}`)
        }
      }
    }
    for (const version of ODD)
      assert.equal(satisfies(version, range), semver(version, range, { includePrerelease: true }), version)
  }
  assert.ok(asked > 50_000)
})

test('a target without a range fits every version', () => {
  assert.ok(satisfies('0.0.0', undefined))
})
