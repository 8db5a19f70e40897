/** The same shop, unchanged, under each of the four ways to load the tracer: the same spans. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestAgent, type TestTrace } from '../../src/testing/index'
import { withService } from '../services/service'
import { INIT, REGISTER, ROOT, startApp, TRACER_RUN } from '../support/programs'

const shop = (file: string) => join(ROOT, 'examples', 'shop', file)
const ENTRIES: Record<string, string[]> = {
  "require('tracer').init()": [shop('with-init.cjs')],
  '--require tracer/init': ['--require', INIT, shop('app.cjs')],
  '--import tracer/register, ES modules': ['--import', REGISTER, shop('app.mjs')],
  'tracer-run': [TRACER_RUN, process.execPath, shop('app.cjs')],
  'tracer-run, ES modules': [TRACER_RUN, process.execPath, shop('app.mjs')],
}
const PATHS = ['/', '/products', '/products/1', '/products/999', '/report', '/broken', '/sql-error']
/** Tags whose values differ from run to run; that they are there is compared. */
const VOLATILE =
  /^(runtime-id|process_id|_dd\.p\.tid|_dd\.tags\.process|http\.url|db\.pid|network\.destination\.port|error\.stack)$/

/** Whether the agent had told its rates when the decision was made: a question of milliseconds. */
const RACING = /^(_dd\.p\.dm|_dd\.p\.ksr)$/

function shapeOf(values: Record<string, string | number>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => !RACING.test(name))
      .map(([name, value]) => [name, VOLATILE.test(name) ? 'any' : value] as const)
      .sort(([first], [second]) => (first < second ? -1 : 1)),
  )
}

const isRequest = (trace: TestTrace) => trace.root?.name === 'express.request'

async function spansOf(args: string[], databaseUrl: string) {
  const agent = await startTestAgent()
  const app = await startApp(args, {
    ...agent.env,
    DATABASE_URL: databaseUrl,
    DD_SERVICE: 'shop',
    DD_ENV: 'test',
    DD_VERSION: '1.0.0',
    DD_TRACE_FLUSH_INTERVAL: '0',
  })
  agent.clear()
  const shapes: unknown[] = []
  for (const path of PATHS) {
    await (await fetch(app.url + path)).text()
    const traces = await agent.waitForTraces(all => all.some(isRequest))
    agent.clear()
    // The queries that the shop makes when it starts have traces of their own.
    const trace = traces.find(isRequest) as TestTrace
    shapes.push(
      trace.spans.map(({ name, resource, service, type, error, meta, metrics, parentId }) => ({
        path,
        name,
        resource,
        service,
        type,
        error,
        root: parentId === 0n,
        meta: shapeOf(meta),
        metrics: shapeOf(metrics),
      })),
    )
  }
  const { code } = await app.stop()
  await agent.close()
  assert.equal(code, 0)
  return shapes
}

test(
  'spans are the same however the tracer is loaded',
  withService('postgres', async (_t, { url }) => {
    const seen = new Map<string, unknown>()
    for (const [entry, args] of Object.entries(ENTRIES)) seen.set(entry, await spansOf(args, url))
    const [[reference, expected], ...others] = seen
    const all = (
      expected as {
        name: string
        meta: Record<string, string>
        error: number
        path: string
        resource: string
      }[][]
    ).flat()
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
