/** The spans of the shop in `examples/shop`, in a form that can be compared. */

import assert from 'node:assert/strict'
import { startTestAgent, type TestAgent, type TestTrace } from '../../src/testing/index'
import { startApp } from './programs'

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

export interface ShopSpan {
  path: string
  name: string
  resource: string
  service: string
  type: string
  error: number
  root: boolean
  meta: Record<string, string | number>
  metrics: Record<string, string | number>
}

/**
 * Runs the shop, asks it for each path, and answers the spans of each request, without what differs from run to run.
 */
export async function spansOfShop(args: string[], databaseUrl: string): Promise<ShopSpan[][]> {
  const agent = await startTestAgent()
  try {
    return await seenBy(agent, args, databaseUrl)
  } finally {
    await agent.close()
  }
}

async function seenBy(agent: TestAgent, args: string[], databaseUrl: string): Promise<ShopSpan[][]> {
  const app = await startApp(args, {
    ...agent.env,
    DATABASE_URL: databaseUrl,
    DD_SERVICE: 'shop',
    DD_ENV: 'test',
    DD_VERSION: '1.0.0',
    DD_TRACE_FLUSH_INTERVAL: '0',
  })
  agent.clear()
  const shapes: ShopSpan[][] = []
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
  assert.equal(code, 0)
  return shapes
}
