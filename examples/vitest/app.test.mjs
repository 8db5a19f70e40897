/** Starts the service under the tracer, in a process of its own, and looks at the spans that it sends. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startTestAgent } from 'tracer/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

let agent
let app
let url

beforeAll(async () => {
  agent = await startTestAgent()
  const env = { ...process.env, ...agent.env, PORT: '0', DD_SERVICE: 'shop', DD_TRACE_STARTUP_LOGS: 'false' }
  app = spawn(process.execPath, ['--require', 'tracer/init', 'app.js'], { cwd: import.meta.dirname, env })
  const [line] = await once(app.stdout, 'data')
  url = `http://127.0.0.1:${/\d+/.exec(line)[0]}`
})

afterAll(async () => {
  app.kill()
  await agent.close()
})

test('a request is a span with the route as its resource', async () => {
  const answer = await fetch(`${url}/hello/ada`)
  expect(await answer.text()).toBe('hello ada\n')

  const span = await agent.waitForSpan({ name: 'express.request', resource: 'GET /hello/:name' })
  expect(span.service).toBe('shop')
  expect(span.error).toBe(0)
  expect(span.meta['http.status_code']).toBe('200')
})
