/** The examples in the docstrings of `src/patch/types.ts` are the code of examples.ts, and make the spans they promise. */

import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { collect } from '../../support/collect'
import { fakePackage, folderOf } from '../../support/fake-package'
import { requireIn } from '../../support/packages'
import { factory, lookup, mailer } from './examples'

interface AddressBook {
  lookup(name: string): Promise<string>
  open(file: string): string
}

const MAIN = `exports.lookup = async function lookup(name) { return name + ' street' }
exports.open = require('./lib/open')`
const FILES = { 'lib/open.js': "module.exports = function open(file) { return 'book of ' + file }" }

test('the docstrings show the code of examples.ts word by word', () => {
  const source = (path: string) => readFileSync(join(__dirname, '..', '..', '..', '..', path), 'utf8')
  const code = source('test/unit/patch/examples.ts')
  const comments = source('src/patch/types.ts').match(/\/\*\*[\s\S]*?\*\//g) ?? []
  const examples = comments.flatMap(comment => {
    const lines = comment.split('\n').slice(1, -1)
    const text = lines.map(line => line.replace(/^\s*\* ?/, '')).join('\n')
    return text.split(/^@example\n\/\/ .*\n/m).slice(1)
  })
  assert.equal(examples.length, 3)
  for (const example of examples) assert.ok(code.includes(`\n${example.trim()}\n`), example)
})

test('the examples of `patch` make a span for a call, and replace exports that are a function', async t => {
  const collector = collect([{ name: 'address-book', doc: 'Address books.', targets: [lookup, factory] }])
  t.after(collector.stop)
  const book = requireIn(
    folderOf(fakePackage('address-book', '2.0.0', MAIN, FILES)),
    'address-book',
  ) as AddressBook
  await collector.inParent(async () => {
    assert.equal(await book.lookup('Ada'), 'Ada street')
    assert.equal(book.open('friends'), 'book of friends')
  })
  const [parent, span] = ['test.parent', 'address.lookup'].map(name =>
    collector.spans().find(each => each.name === name),
  )
  assert.equal(span?.parentId, parent?.spanId)
  assert.equal(span?.service, 'shop-address-book')
  assert.equal(span?.meta['address.book'], 'home')
  assert.equal(parent?.meta['address.file'], 'friends')
})

test('the example of an integration makes a span for a message, by its options', async t => {
  const main =
    "exports.send = recipient => require('node:diagnostics_channel').channel('mailer:send').publish({ recipient })"
  const collector = collect([mailer])
  t.after(collector.stop)
  const folder = folderOf(fakePackage('mailer', '1.2.0', main))
  const { send } = requireIn(folder, 'mailer') as { send(recipient: string): void }
  send('ada@example.com')
  collector.registry.use('mailer', { redact: true })
  send('ada@example.com')
  assert.deepEqual(
    collector.own().map(span => [span.name, span.meta['mail.recipient']]),
    [
      ['mail.send', 'ada@example.com'],
      ['mail.send', undefined],
    ],
  )
  collector.stop()
  assert.equal(channel('mailer:send').hasSubscribers, false)
})
