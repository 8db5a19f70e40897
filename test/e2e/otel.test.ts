/** Programs that know only OpenTelemetry's API: their spans and those of the integrations are one trace. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { fixture, INIT, REGISTER, runNode, startApp } from '../support/programs'

const PROGRAMS: [string, string[]][] = [
  ['CommonJS', ['--require', INIT, fixture('otel-app.cjs')]],
  ['ES modules', ['--import', REGISTER, fixture('otel-app.mjs')]],
]
const APIS = ['@opentelemetry/api', 'opentelemetry-api-newest']
const SAID = /another OpenTelemetry tracer provider was refused/g

interface Ids {
  traceId: string
  spanId: string
  traceFlags: number
}

interface Answer {
  registersMetrics: boolean
  ids: Ids
  bank: { headers: Record<string, string>; baggage: object; ids: Ids }
}

async function charge(args: string[], env: Record<string, string>) {
  const agent = await startTestAgent()
  const settings = { ...agent.env, DD_SERVICE: 'shop', DD_TRACE_NET_ENABLED: 'false', ...env }
  const app = await startApp(args, settings)
  const answer = (await (await fetch(`${app.url}/charge/1`)).json()) as Answer
  const { stderr } = await app.stop()
  const traces = await agent.waitForTraces(1)
  await agent.close()
  return { agent, answer, traces, stderr }
}

for (const [kind, args] of PROGRAMS) {
  for (const api of APIS) {
    test(`${kind}, ${api}: server, OpenTelemetry and client spans are parents and children`, async () => {
      const { agent, answer, traces, stderr } = await charge(args, {
        OTEL_API: api,
        DD_TRACE_OTEL_ENABLED: 'true',
      })
      assert.equal(stderr, '')
      assert.equal(traces.length, 1)
      const { spans } = agent.assertTrace({
        name: 'express.request',
        resource: 'GET /charge/:id',
        meta: { 'span.kind': 'server' },
        children: [
          {
            name: 'internal',
            resource: 'charge card',
            service: 'shop',
            meta: { 'span.kind': 'internal', 'card.brand': 'any' },
            children: [
              {
                name: 'http.request',
                meta: { 'span.kind': 'client' },
                children: [
                  {
                    name: 'express.request',
                    resource: 'GET /bank/:id',
                    meta: { 'bank.id': '7' },
                    children: [{ name: 'producer', resource: 'book', meta: { 'span.kind': 'producer' } }],
                  },
                ],
              },
            ],
          },
        ],
      })
      const idOf = (resource: string) =>
        spans
          .find(span => span.resource === resource)
          ?.spanId.toString(16)
          .padStart(16, '0')
      assert.equal(answer.ids.spanId, idOf('charge card'))
      assert.equal(answer.bank.ids.spanId, idOf('GET /bank/:id'))
      assert.equal(answer.ids.traceId, traces[0].traceId)
      assert.equal(answer.ids.traceFlags, 1)
      assert.equal(answer.bank.headers.traceparent.slice(3, 35), traces[0].traceId)
      assert.deepEqual(answer.bank.baggage, { value: 'gold' })
      assert.equal(answer.registersMetrics, true)
    })
  }

  test(`${kind}: an SDK that registers afterwards changes nothing, which is logged once`, async () => {
    const { traces, stderr } = await charge(args, {
      OTEL_API: '@opentelemetry/api',
      DD_TRACE_OTEL_ENABLED: 'true',
      REGISTERS_SDK: 'yes',
    })
    assert.deepEqual(
      traces[0].spans.map(span => span.resource),
      ['GET /charge/:id', 'charge card', 'GET', 'GET /bank/:id', 'book'],
    )
    assert.equal(stderr.match(SAID)?.length, 1)
  })

  test(`${kind}: without the setting, OpenTelemetry's spans are not sent`, async () => {
    const { traces, stderr } = await charge(args, { OTEL_API: '@opentelemetry/api' })
    assert.equal(stderr, '')
    assert.deepEqual(
      traces[0].spans.map(span => span.name),
      ['express.request', 'http.request', 'express.request'],
    )
  })
}

test('nothing is registered unless the setting asks for it', async () => {
  const script = "console.log(Symbol.for('opentelemetry.js.api.1') in globalThis)"
  const registers = async (env: Record<string, string>) =>
    (await runNode(['--require', INIT, '-e', script], env)).stdout.trim()
  assert.equal(await registers({}), 'false')
  assert.equal(await registers({ DD_TRACE_OTEL_ENABLED: 'true' }), 'true')
})
