/** `tracer.metrics` of programs that are scraped over HTTP, with no agent anywhere. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT, runNode } from '../../../support/programs'

const LOAD = `const { tracer } = require(${JSON.stringify(join(ROOT, 'lib', 'index.js'))}); const http = require('node:http');`

async function run(program: string, env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await runNode(['-e', LOAD + program], {
    DD_SERVICE: 'shop',
    DD_VERSION: '1',
    DD_TRACE_AGENT_URL: 'http://127.0.0.1:1',
    DD_DOGSTATSD_PORT: '1',
    DD_TRACE_LOG_LEVEL: 'off',
    ...env,
  })
  assert.equal(code, 0, stderr)
  return stdout
}

/** Serves, asks, prints what `answered` returns and ends. */
const serve = (make: string, method: string, accept: string) => `
  const server = ${make}
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    http.request({ port, path: '/metrics', method: '${method}', headers: { accept: '${accept}' } }, answer => {
      let body = ''
      answer.on('data', part => { body += part })
      answer.on('end', () => {
        const { 'content-type': type, 'content-length': length } = answer.headers
        process.stdout.write(JSON.stringify({ status: answer.statusCode, type, length, body }), () => process.exit(0))
      })
    }).end()
  })`

const COUNT = `const handler = tracer.metrics.handler(); tracer.dogstatsd.increment('orders', 2, { shop: 'é' });`
const OPENMETRICS = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5'
const BODY = `# HELP target what is measured
# TYPE target info
target_info{service="shop",version="1"} 1
# HELP orders orders (count)
# TYPE orders counter
orders_total{shop="é"} 2
# EOF
`
const OLD_BODY = `# HELP target_info what is measured
# TYPE target_info gauge
target_info{service="shop",version="1"} 1
# HELP orders_total orders (count)
# TYPE orders_total counter
orders_total{shop="é"} 2
`

for (const [whose, make] of [
  ['node:http', 'http.createServer(handler)'],
  ['Express', "http.createServer(require('express')().get('/metrics', handler))"],
]) {
  test(`a server of ${whose} answers in the format that is asked for`, async () => {
    assert.deepEqual(JSON.parse(await run(COUNT + serve(make, 'GET', OPENMETRICS))), {
      status: 200,
      type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      length: String(Buffer.byteLength(BODY)),
      body: BODY,
    })
    assert.deepEqual(JSON.parse(await run(COUNT + serve(make, 'GET', '*/*'))), {
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      length: String(Buffer.byteLength(OLD_BODY)),
      body: OLD_BODY,
    })
  })
}

test('HEAD gets no body, and other methods are refused', async () => {
  const head = JSON.parse(await run(COUNT + serve('http.createServer(handler)', 'HEAD', OPENMETRICS)))
  assert.deepEqual([head.status, head.length, head.body], [200, String(Buffer.byteLength(BODY)), ''])
  const post = JSON.parse(await run(COUNT + serve('http.createServer(handler)', 'POST', OPENMETRICS)))
  assert.equal(post.status, 405)
})

test('init() keeps what was counted before', async () => {
  const text = await run(`
    const { metrics, dogstatsd } = tracer
    dogstatsd.increment('x')
    tracer.init({ env: 'prod', dogstatsd: { prefix: 'p.' } })
    dogstatsd.increment('x', 4)
    if (tracer.metrics !== metrics) throw new Error('another one')
    process.stdout.write(metrics.text())`)
  assert.match(text, /^x_total 1$/m)
  assert.match(text, /^p_x_total 4$/m)
  assert.match(text, /^target_info\{env="prod",service="shop",version="1"\} 1$/m)
})

test('the active trace is the exemplar, unless it is dropped', async () => {
  const program = `
    tracer.init(); tracer.metrics
    let ids
    tracer.trace('request', span => {
      SET
      tracer.dogstatsd.increment('orders')
      ids = span.context().toTraceId(true) + ' ' + span.context().toSpanId(true)
    })
    process.stdout.write(tracer.metrics.text() + ids)`
  const kept = await run(program.replace('SET', ''))
  const [traceId, spanId] = kept.split('\n').at(-1)?.split(' ') ?? []
  assert.match(traceId, /^[0-9a-f]{32}$/)
  assert.ok(kept.includes(`orders_total 1 # {trace_id="${traceId}",span_id="${spanId}"} 1 `), kept)
  const dropped = await run(program.replace('SET', "span.setTag('manual.drop', true)"))
  assert.ok(dropped.includes('orders_total 1\n'), dropped)
})

test('the lack of an agent is logged if an agent is named, or nothing is scraped', async () => {
  // The usual address must not be that of an agent of this machine.
  const nowhere = `const { Socket } = require('node:dgram'); const { connect } = Socket.prototype
    Socket.prototype.connect = function (_port, ...rest) { return connect.call(this, 1, ...rest) }
    require('node:fs').existsSync = () => false;`
  const program = (first: string) => `${nowhere}${first}
    const next = left => { tracer.dogstatsd.increment('x'); if (left > 0) tracer.dogstatsd.flush().then(() => setImmediate(next, left - 1)) }
    next(20)`
  const env = { DD_TRACE_LOG_LEVEL: 'warn', DD_TRACE_AGENT_URL: undefined, DD_DOGSTATSD_PORT: undefined }
  const warned = async (first: string, more: Record<string, string> = {}) => {
    const { code, stderr } = await runNode(['-e', LOAD + program(first)], { ...env, ...more })
    assert.equal(code, 0, stderr)
    return /metrics are lost/.test(stderr)
  }
  assert.equal(await warned('tracer.metrics;'), false)
  assert.equal(await warned(''), true)
  assert.equal(await warned('tracer.metrics;', { DD_AGENT_HOST: '127.0.0.1' }), true)
})

test('runtime metrics are exposed as well', async () => {
  const text = await run(
    `tracer.metrics; tracer.init({ runtimeMetrics: true })
     const look = () => {
       const text = tracer.metrics.text()
       if (!text.includes('runtime_node_event_loop_delay_count_total ')) return
       process.stdout.write(text, () => process.exit(0))
     }
     setInterval(look, 20)`,
    { DD_RUNTIME_METRICS_FLUSH_INTERVAL: '100' },
  )
  assert.match(text, /^# TYPE runtime_node_mem_rss gauge$/m)
  assert.match(text, /^runtime_node_mem_rss \d+$/m)
  assert.match(text, /^runtime_node_heap_size_by_space\{heap_space="old_space"\} \d+$/m)
  assert.match(text, /^runtime_node_event_loop_delay_count_total \d+$/m)
})

test('a tracer that is switched off exposes nothing', async () => {
  const text = await run(
    `tracer.metrics; tracer.init(); tracer.dogstatsd.increment('x'); process.stdout.write(tracer.metrics.text())`,
    { DD_TRACE_ENABLED: 'false' },
  )
  assert.equal(text, '# EOF\n')
})
