/** Whatever the agent does, the application answers, stays small and ends as it would. */

import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { startTestAgent, type TestAgent } from '../../src/testing/index'
import { fixture, INIT, runNode, startApp } from '../support/programs'

const REQUESTS = 300

async function answersUnder(env: Record<string, string>) {
  const app = await startApp(['--require', INIT, fixture('hop.cjs')], {
    DD_TRACE_FLUSH_INTERVAL: '50',
    ...env,
  })
  for (let sent = 0; sent < REQUESTS; sent += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${app.url}/hop/x`)))
    for (const answer of answers) {
      assert.equal(answer.status, 200)
      await answer.text()
    }
  }
  return app.stop()
}

const MISBEHAVIOURS: Record<string, (agent: TestAgent) => void | Promise<void>> = {
  'is gone': agent => agent.stop(),
  hangs: agent => agent.hang({ path: '/' }),
  'resets connections': agent => agent.resetConnections({ path: '/' }),
  'answers 500': agent => agent.respondWith({ status: 500, body: 'broken', path: '/v0.4' }),
  'answers 400': agent => agent.respondWith({ status: 400, body: 'no', path: '/v0.4' }),
  'answers 200 with nonsense': agent =>
    agent.respondWith({ status: 200, body: '{"rate_by_service":[', path: '/' }),
  'answers rates that are none': agent =>
    agent.respondWith({ status: 200, body: '{"rate_by_service":{"service:,env:":"x","a":null}}', path: '/' }),
}

for (const [what, misbehave] of Object.entries(MISBEHAVIOURS)) {
  test(`an application is not disturbed by an agent that ${what}`, async () => {
    const agent = await startTestAgent()
    await misbehave(agent)
    const ended = await answersUnder(agent.env)
    await agent.close()
    assert.equal(ended.code, 0, ended.stderr)
    const warnings = ended.stderr.split('\n').filter(line => line.startsWith('tracer: '))
    const causes = new Set(warnings.map(line => line.replace(/\d+/g, '#')))
    assert.equal(causes.size, warnings.length, `each cause once:\n${ended.stderr}`)
    assert.ok(warnings.length <= 3, ended.stderr)
    assert.equal(
      ended.stderr.split('\n').filter(line => line !== '' && !line.startsWith('tracer: ')).length,
      0,
      ended.stderr,
    )
  })
}

test('an application is not disturbed by an agent that speaks no HTTP', async () => {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const ended = await answersUnder({ DD_TRACE_AGENT_URL: `http://127.0.0.1:${port}` })
  server.close()
  for (const socket of sockets) socket.destroy()
  assert.equal(ended.code, 0, ended.stderr)
})

for (const [name, value] of [
  ['DD_TRACE_AGENT_URL', 'http://[bad'],
  ['DD_TRACE_AGENT_URL', 'ftp://x'],
  ['DD_TRACE_AGENT_PORT', 'eighty'],
]) {
  test(`${name}=${value} is named in a warning, and the program runs`, async () => {
    const ended = await runNode(['--require', INIT, '--print', '1'], { [name]: value })
    assert.deepEqual([ended.code, ended.stdout], [0, '1\n'])
    assert.match(ended.stderr, /^tracer: warn: .*(http:\/\/\[bad|ftp:\/\/x|eighty).*\n$/)
  })
}
