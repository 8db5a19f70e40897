/** One unchanged shop has the same spans under each of the four ways to load the tracer. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { withService } from '../services/service'
import { INIT, REGISTER, ROOT, TRACER_RUN } from '../support/programs'
import { type ShopSpan, spansOfShop } from '../support/shop-spans'

const shop = (file: string) => join(ROOT, 'examples', 'shop', file)
const ENTRIES: Record<string, string[]> = {
  "require('tracer').init()": [shop('with-init.cjs')],
  '--require tracer/init': ['--require', INIT, shop('app.cjs')],
  '--import tracer/register, ES modules': ['--import', REGISTER, shop('app.mjs')],
  'tracer-run': [TRACER_RUN, process.execPath, shop('app.cjs')],
  'tracer-run, ES modules': [TRACER_RUN, process.execPath, shop('app.mjs')],
}

test(
  'spans are the same however the tracer is loaded',
  withService('postgres', async (_t, { url }) => {
    const seen = new Map<string, ShopSpan[][]>()
    for (const [entry, args] of Object.entries(ENTRIES)) seen.set(entry, await spansOfShop(args, url))
    const [[reference, expected], ...others] = seen
    const all = expected.flat()
    assert.deepEqual(
      all.filter(span => span.name === 'express.request').map(span => [span.resource, span.error]),
      [
        ['GET /', 0],
        ['GET /products', 0],
        ['GET /products/:id', 0],
        ['GET /products/:id', 0],
        ['GET /report', 0],
        ['GET /broken', 1],
        ['GET /sql-error', 1],
      ],
    )
    assert.equal(all.filter(span => span.name === 'pg.query').length, 5)
    for (const path of ['/broken', '/sql-error']) {
      const root = all.find(span => span.path === path && span.name === 'express.request')
      assert.ok(root?.meta['error.type'] && root.meta['error.message'] && root.meta['error.stack'], path)
    }
    for (const [entry, spans] of others) assert.deepEqual(spans, expected, `${entry} against ${reference}`)
  }),
)
