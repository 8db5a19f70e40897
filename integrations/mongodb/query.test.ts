/** The text of queries in spans. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryOf } from './query'

const written = (filter: unknown, obfuscation: 'none' | 'types' | 'redact' = 'none') =>
  queryOf({ find: 'users', filter }, obfuscation)

test('values of JavaScript are written as JSON', () => {
  assert.equal(written({}), '{}')
  assert.equal(
    written({ a: 'é"', b: 1.5, c: true, d: null, e: undefined, f: [1, undefined], g: Number.NaN }),
    '{"a":"é\\"","b":1.5,"c":true,"d":null,"f":[1,null],"g":null}',
  )
  assert.equal(written({ at: new Date(0), no: () => {} }), '{"at":"1970-01-01T00:00:00.000Z"}')
  assert.equal(written({ at: new Date(Number.NaN) }), '{"at":null}')
  assert.equal(written({ a: /x"y/gi, b: 12n }), '{"a":{"$regex":"x\\"y","$options":"gi"},"b":"12"}')
  assert.equal(written(new Map<string, unknown>([['a', { b: 1 }]])), '{"a":{"b":1}}')
})

test('values of BSON are written short, and unknown ones not at all', () => {
  const bson = (_bsontype: string, fields: object) => ({ _bsontype, ...fields })
  assert.equal(written({ _id: bson('ObjectId', { toHexString: () => '64b0' }) }), '{"_id":"64b0"}')
  assert.equal(written({ n: bson('Int32', { value: 3 }) }), '{"n":3}')
  assert.equal(
    written({ n: bson('Long', { toString: () => '9007199254740993' }) }),
    '{"n":"9007199254740993"}',
  )
  assert.equal(
    written({ r: bson('BSONRegExp', { pattern: 'a', options: 'i' }) }),
    '{"r":{"$regex":"a","$options":"i"}}',
  )
  for (const value of [bson('Binary', {}), bson('New', {}), Buffer.from('a'), new Uint8Array(1)]) {
    assert.equal(written({ value }), '{"value":"?"}')
  }
})

test('nesting ends at ten, and at what lies within itself', () => {
  const nest = (depth: number): object => (depth === 0 ? { end: 1 } : { a: nest(depth - 1) })
  assert.match(written(nest(9)) ?? '', /"end":1/)
  assert.match(written(nest(10)) ?? '', /\{"a":"\?"\}/)
  const cyclic: Record<string, unknown> = { a: 1 }
  cyclic.self = [cyclic]
  assert.equal(written(cyclic), '{"a":1,"self":["?"]}')
  const twice = { a: 1 }
  assert.equal(written({ b: twice, c: twice }), '{"b":{"a":1},"c":{"a":1}}')
})

test('a long query is cut where JSON allows it', () => {
  const long = written({ _id: { $in: Array.from({ length: 100_000 }, (_, at) => at) } }) ?? ''
  assert.ok(long.length > 9000 && long.length < 11_500 + 2000, `${long.length}`)
  assert.equal(JSON.parse(long)._id.$in[7], 7)
  assert.ok((written({ a: 'x'.repeat(1_000_000), b: 1 }) ?? '').length < 10_100)
})

test('values can be hidden, keys stay', () => {
  const filter = {
    name: 'Ann',
    age: { $gt: 3n },
    tags: [null, true],
    at: new Date(0),
    re: /a/,
    id: { _bsontype: 'ObjectId' },
  }
  assert.equal(
    written(filter, 'types'),
    '{"name":"string","age":{"$gt":"bigint"},"tags":["null","boolean"],"at":"Date","re":"RegExp","id":"ObjectId"}',
  )
  assert.equal(
    written(filter, 'redact'),
    '{"name":"?","age":{"$gt":"?"},"tags":["?","?"],"at":"?","re":"?","id":"?"}',
  )
})

test('code of the application is not called', () => {
  const fail = () => assert.fail('called')
  assert.equal(
    written({ a: { toJSON: fail, toString: fail, valueOf: fail, toBSON: fail, b: 1 } }),
    '{"a":{"b":1}}',
  )
})

test('commands say it in different places', () => {
  assert.equal(queryOf({ distinct: 'a', query: { b: 1 } }, 'none'), '{"b":1}')
  assert.equal(queryOf({ aggregate: 'a', pipeline: [{ $match: {} }] }, 'none'), '[{"$match":{}}]')
  assert.equal(queryOf({ delete: 'a', deletes: [{ q: { b: 1 } }] }, 'none'), '{"b":1}')
  assert.equal(
    queryOf({ update: 'a', updates: [{ q: { b: 1 } }, { q: { b: 2 } }] }, 'none'),
    '[{"b":1},{"b":2}]',
  )
  for (const command of [
    { insert: 'a', documents: [{}] },
    { update: 'a', updates: [] },
    { find: 1, filter: 'text' },
    { deletes: 3 },
  ]) {
    const query = queryOf(command as never, 'none')
    assert.ok(query === undefined || query === '[]')
  }
})
