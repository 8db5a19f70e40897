/** Settings and options that change the spans of pg. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withService } from '../../test/services/service'
import { collectPg, connected } from '../../test/support/pg'

test(
  'truncate: true cuts a text of 5001 characters and leaves one of 5000',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { use: { pg: { truncate: true } } })
    const client = await connected(t, url)
    for (const length of [5000, 5001]) await client.query('SELECT 1'.padEnd(length))
    const [whole, cut] = await collector.waitFor(2)
    assert.equal(whole.resource, 'SELECT 1'.padEnd(5000))
    assert.equal(cut.resource, `${'SELECT 1'.padEnd(4997)}...`)
  }),
)

test(
  'plugins: false makes no spans',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { config: { plugins: false } })
    const client = await connected(t, url)
    await client.query('SELECT 1')
    assert.equal(collector.own().length, 0)
  }),
)
