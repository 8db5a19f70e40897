/** The marker of an organisation comes from the agent, before there is a trace to send. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { infoAnswer, startFakeAgent } from '../support/fake-agent'
import { INIT, runNode } from '../support/programs'

const PROGRAM = `
  const tracer = require('tracer')
  const incoming = {
    'x-datadog-trace-id': '1',
    'x-datadog-parent-id': '2',
    'x-datadog-sampling-priority': '2',
    'x-datadog-tags': '_dd.p.dm=-4,_dd.p.opm=theirs',
  }
  const until = Date.now() + 5000
  const look = () => {
    const span = tracer.startSpan('call', { childOf: tracer.extract('http_headers', incoming) })
    const tags = tracer.inject(span, 'http_headers', {})['x-datadog-tags']
    if (tags.includes('_dd.p.opm=ours') || process.env.DD_TRACE_ORG_GUARD_ENABLED !== 'true' || Date.now() > until)
      console.log(tags.split(',').sort().join())
    else setTimeout(look, 10)
  }
  look()`

for (const [enabled, tags] of [
  ['true', '_dd.p.dm=-0,_dd.p.opm=ours'],
  ['false', '_dd.p.dm=-4,_dd.p.opm=theirs'],
]) {
  test(`DD_TRACE_ORG_GUARD_ENABLED=${enabled}`, async t => {
    const info = () => infoAnswer({ endpoints: ['/v0.4/traces'], org_prop_marker: 'ours' })
    const agent = await startFakeAgent({ info })
    t.after(() => agent.stop())
    const ended = await runNode(['--require', INIT, '-e', PROGRAM], {
      DD_TRACE_AGENT_URL: agent.url,
      DD_TRACE_ORG_GUARD_ENABLED: enabled,
    })
    assert.deepEqual([ended.stdout.trim(), ended.stderr], [tags, ''])
  })
}
