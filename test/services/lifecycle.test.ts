/**
 * Each service as tests start it: it answers, refuses a wrong password, and ends with the process that started it. A
 * server on the service's usual port, such as a developer's own database, is not touched meanwhile.
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Service } from './find'
import { definitionOf, type ServiceName, serviceNames } from './registry'
import { skipWithout } from './service'

const skip = process.platform !== 'linux' && 'reads /proc'

for (const name of serviceNames) {
  const { probe, compose } = definitionOf(name)
  test(`${name} answers, leaves its usual port alone, and ends when the process that started it is killed`, {
    skip,
  }, async t => {
    const onUsualPort = await listenOn(compose.port, t)
    const { child, started } = await startElsewhere(name)
    t.after(() => child.kill('SIGKILL'))
    assert.equal(onUsualPort.connections, 0, `connections to port ${compose.port}`)
    if (!started.available) return skipWithout(t, started)
    assert.notEqual(new URL(started.url).port, String(compose.port))
    await probe(started.url)
    const wrong = new URL(started.url)
    if (wrong.password !== '') {
      wrong.password = 'wrong'
      await assert.rejects(probe(wrong.href), 'a wrong password')
    }

    const processes = descendants(String(child.pid))
    const directories = processes.flatMap(directoryOf)
    assert.ok(processes.length >= 2, 'a supervisor and a server')
    assert.equal(new Set(directories).size, 1)
    child.kill('SIGKILL')
    await until(() => processes.every(({ pid, since }) => sinceOf(pid) !== since))
    assert.equal(existsSync(directories[0] ?? ''), false, 'its directory is gone')
    await assert.rejects(probe(started.url), /ECONNREFUSED/)
  })
}

/** Counts connections to a loopback port. Where another server has the port already, the count stays 0. */
async function listenOn(port: number, t: TestContext) {
  const counted = { connections: 0 }
  const server = createServer(socket => {
    counted.connections++
    socket.destroy()
  })
  t.after(() => server.close())
  await new Promise<void>(resolve => {
    server.on('error', error => {
      t.diagnostic(`connections to port ${port} cannot be counted: ${error.message}`)
      resolve()
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  return counted
}

/** Starts a server from another process, whose environment names none, and returns what that process prints. */
async function startElsewhere(name: ServiceName) {
  const code = `require(${JSON.stringify(join(__dirname, 'start.js'))})
    .startServices([${JSON.stringify(name)}])
    .then(({ services }) => { console.log(JSON.stringify(services[0])); setInterval(() => {}, 1000) })`
  const { [definitionOf(name).urlVariable]: _named, ...env } = process.env
  const child = spawn(process.execPath, ['-e', code], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, started: JSON.parse(String(line)) as Service }
}

/** A process and its start time, since ids are reused. */
interface Process {
  pid: string
  since: string
}

function descendants(root: string): Process[] {
  const all = readdirSync('/proc').filter(entry => /^\d+$/.test(entry))
  const children = (parent: string): string[] =>
    all.filter(pid => statOf(pid)[1] === parent).flatMap(pid => [pid, ...children(pid)])
  return children(root).flatMap(pid => {
    const since = sinceOf(pid)
    return since === undefined ? [] : [{ pid, since }]
  })
}

/** Returns the fields of proc_pid_stat(5) behind the name, which may have blanks: state, parent, … */
function statOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}

/** Returns `starttime`; undefined when the process is gone, or is a zombie whose parent has not waited for it. */
function sinceOf(pid: string): string | undefined {
  const fields = statOf(pid)
  return fields[0] === 'Z' ? undefined : fields[19]
}

/** Returns the directory in a supervisor's plan. */
function directoryOf({ pid }: Process): string[] {
  const [, script, plan] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  return script?.endsWith('supervisor.js') ? [(JSON.parse(plan ?? '{}') as { dir: string }).dir] : []
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'not within 15 s')
    await delay(20)
  }
}
