/** The reader of multipart forms, against Node's own writer and by hand. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { readForm } from '../../../src/agent/intake/form'
import { encodeForm } from '../../support/made-profiles'

const TYPE = 'multipart/form-data; boundary=b'

/** `\n` stands for the line end of forms. */
function read(text: string, type = TYPE) {
  return readForm(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'), type).map(
    ({ name, filename, data }) => [name, filename, data.toString('latin1').replaceAll('\r\n', '\n')],
  )
}

test('reads what Node writes: binary parts whole, in their order', async () => {
  const bytes = randomBytes(100_000)
  const form = new FormData()
  form.append('event', new Blob(['{}'], { type: 'application/json' }), 'event.json')
  form.append('wall.pprof', new Blob([bytes]), 'wall.pprof')
  form.append('tags[]', 'service:shop')
  form.append('a "quoted" name', new Blob([]), 'empty')
  const { body, contentType } = await encodeForm(form)
  const parts = readForm(body, contentType)
  assert.deepEqual(
    parts.map(({ name, filename }) => [name, filename]),
    [
      ['event', 'event.json'],
      ['wall.pprof', 'wall.pprof'],
      ['tags[]', undefined],
      ['a %22quoted%22 name', 'empty'],
    ],
  )
  assert.ok(parts[1].data.equals(bytes))
  assert.equal(parts[2].data.toString(), 'service:shop')
  assert.equal(parts[3].data.length, 0)
})

test('keeps a binary part that has no file name', () => {
  const bytes = randomBytes(1000)
  const head = Buffer.from('--b\r\nContent-Disposition: form-data; name="wall.pprof"\r\n\r\n')
  const [part] = readForm(Buffer.concat([head, bytes, Buffer.from('\r\n--b--')]), TYPE)
  assert.ok(part.data.equals(bytes))
})

test('takes headers in any order and case, names without quotes and with escapes', () => {
  const head = 'content-type: a/b\ncontent-disposition: form-data; filename=y; NAME=x'
  assert.deepEqual(read(`--b\n${head}\n\n1\n--b--\n`), [['x', 'y', '1']])
  const escaped = 'Content-Disposition: form-data; name="a\\"b\\\\"; filename="c;d"'
  assert.deepEqual(read(`--b\n${escaped}\n\n1\n--b--`), [['a"b\\', 'c;d', '1']])
})

test('leaves out what stands before and after, and takes a boundary in quotes', () => {
  const body = 'before --b\n\n--b  \nContent-Disposition: form-data; name=x\n\n1\n--b--\nafter\n--b\n'
  assert.deepEqual(read(body, 'Multipart/form-data; charset=utf-8; boundary="b"'), [['x', undefined, '1']])
})

test('does not take a text that only begins as the boundary for it', () => {
  const body =
    '--b\nContent-Disposition: form-data; name=x\n\n1\n--bb\n--b\nContent-Disposition: form-data; name=y\n\n\n--b--'
  assert.deepEqual(read(body), [
    ['x', undefined, '1\n--bb'],
    ['y', undefined, ''],
  ])
  assert.deepEqual(read('--b--'), [])
})

for (const [what, body, reason] of [
  ['an empty body', '', /boundary is not in the body/],
  ['another boundary', '--c--', /boundary is not in the body/],
  [
    'a body that ends in a part',
    '--b\nContent-Disposition: form-data; name=x\n\n1',
    /part 0 \("x"\): the body ends/,
  ],
  [
    'a body that ends in a head',
    '--b\nContent-Disposition: form-data; name=x',
    /part 0: the body ends in its head/,
  ],
  [
    'a part without a name',
    '--b\nContent-Disposition: form-data\n\n1\n--b--',
    /part 0: no content-disposition/,
  ],
  ['a part without a head', '--b\n\n1\n--b--', /part 0: no content-disposition/],
  ['a head without end', `--b\n${'x'.repeat(20_000)}\n\n1\n--b--`, /part 0: its head is too long/],
] as const) {
  test(`refuses ${what}`, () => {
    assert.throws(() => read(body), { name: 'DecodeError', message: reason })
  })
}

test('refuses a content type without a boundary, and the 201st part', () => {
  assert.throws(() => read('--b--', 'multipart/form-data'), /no boundary/)
  const parts = (count: number) => `${'--b\nContent-Disposition: form-data; name=x\n\n\n'.repeat(count)}--b--`
  assert.equal(read(parts(200)).length, 200)
  assert.throws(() => read(parts(201)), /more than 200 parts/)
})
