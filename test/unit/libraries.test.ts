/** The packages with which a version of a library is tested. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { librarySets, testedRange, versionsWith } from '../libraries/sets'

const ofSet = (integration: string, name: string): Readonly<Record<string, string>> => {
  const set = librarySets(integration).find(each => each.name === name)
  assert.ok(set !== undefined)
  return set.versions
}

test('a version of the same major as a set comes with the packages of that set', () => {
  assert.deepEqual(versionsWith('fastify', '3.14.2'), { ...ofSet('fastify', 'oldest'), fastify: '3.14.2' })
  assert.deepEqual(versionsWith('fastify', '4.13.0'), { ...ofSet('fastify', '4'), fastify: '4.13.0' })
  assert.deepEqual(versionsWith('fastify', '5.1.0'), { ...ofSet('fastify', 'newest'), fastify: '5.1.0' })
})

test('packages that have the version of the library follow it', () => {
  assert.deepEqual(Object.values(versionsWith('prisma', '6.19.0')), ['6.19.0', '6.19.0', '6.19.0'])
})

test('sets about other packages do not count', () => {
  assert.deepEqual(versionsWith('aws-sdk', '3.600.0'), {
    '@aws-sdk/client-sqs': '3.600.0',
    '@aws-sdk/client-s3': '3.600.0',
  })
})

test('the range of the table is that of the first package', () => {
  assert.equal(
    testedRange('fastify'),
    `${ofSet('fastify', 'oldest').fastify} – ${ofSet('fastify', 'newest').fastify}`,
  )
  assert.equal(testedRange('http'), '')
})
