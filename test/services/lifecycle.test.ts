/** Each service, started for us: it answers, it lets in who may in, and nothing of it outlives us. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Service } from './find'
import { definitionOf, serviceNames } from './registry'
import { skipWithout } from './service'

const skip = process.platform !== 'linux' && 'reads /proc'

for (const name of serviceNames) {
  const { probe } = definitionOf(name)
  test(`${name} answers, and nothing is left of it when the process that wanted it is killed`, {
    skip,
  }, async t => {
    const { child, started } = await startElsewhere(name)
    t.after(() => child.kill('SIGKILL'))
    if (!started.available) return skipWithout(t, started)
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

/** Another process that starts a server, and says how that went. */
async function startElsewhere(name: string) {
  const code = `require(${JSON.stringify(join(__dirname, 'start.js'))})
    .startServices([${JSON.stringify(name)}], { own: true })
    .then(({ services }) => { console.log(JSON.stringify(services[0])); setInterval(() => {}, 1000) })`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, started: JSON.parse(String(line)) as Service }
}

/** A process, and when it began, because ids are used again. */
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

/** The fields of proc_pid_stat(5) behind the name, which may have blanks: state, parent, … */
function statOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}

/** `starttime`, undefined when the process is gone; one that nobody has waited for yet (a zombie) is. */
function sinceOf(pid: string): string | undefined {
  const fields = statOf(pid)
  return fields[0] === 'Z' ? undefined : fields[19]
}

/** The directory in a supervisor's plan. */
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
