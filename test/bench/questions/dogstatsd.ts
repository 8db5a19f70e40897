/** What a metric costs, from the call to the wire, and whether it gets there. */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cost } from '../dogstatsd/process'
import { type Method, NAME } from '../dogstatsd/work'
import { Child } from '../harness/child'
import { tracingEnvironment } from '../harness/environment'
import type { Question, Settings, Stage } from '../harness/question'
import { profileFile } from '../harness/self-time'

const CALLS: Readonly<Record<Method, number>> = { increment: 1_000_000, distribution: 500_000 }
const PACED_CALLS = 100_000
const ARRIVAL_MS = 5000
const POLL_MS = 100
/** Nothing more comes. */
const QUIET_POLLS = 3

const METHODS: readonly Method[] = ['increment', 'distribution']
const CLIENTS = ['tracer', 'hot-shots']

export const dogstatsd: Question = {
  name: 'dogstatsd',
  title: 'calls of metrics with two tags, over UDP on loopback',
  base: 'hot-shots increment',
  // Each against the peer that makes the same calls.
  bases: Object.fromEntries(
    METHODS.flatMap(method => CLIENTS.map(client => [`${client} ${method}`, `hot-shots ${method}`])),
  ),
  figures: [
    { key: 'rate', title: 'calls a second on the wall, thousands', digits: 0, compared: true },
    { key: 'cpu', title: 'CPU of the process, ns a call', digits: 0, compared: true },
    { key: 'lost', title: 'lost at that rate, % of calls', digits: 3, compared: false },
    { key: 'lostPaced', title: 'lost at 100 000 calls a second, % of calls', digits: 3, compared: false },
  ],
  subjects: peers =>
    CLIENTS.filter(client => peers || client !== 'hot-shots').flatMap(client =>
      METHODS.map(method => `${client} ${method}`),
    ),
  async open(settings: Settings): Promise<Stage> {
    const sink = new Child('the sink', join(__dirname, '../processes/sink-dogstatsd.js'))
    return {
      start: (subject, generation) => start(sink, settings, subject, generation),
      close: () => sink.stop(),
    }
  },
}

async function start(sink: Child, settings: Settings, subject: string, generation: number) {
  const [client, method] = subject.split(' ') as [string, Method]
  const port = await sink.ask<number>('open')
  const child = new Child(subject, join(__dirname, '../dogstatsd/process.js'), {
    args: [client],
    // Nobody listens at that agent: no trace is made.
    env: { ...tracingEnvironment('http://127.0.0.1:9'), DD_DOGSTATSD_URL: `udp://127.0.0.1:${port}` },
    node: settings.node,
  })
  let windows = 0

  const lostOf = async (calls: number): Promise<number> =>
    ((calls - (await arrived(sink, port, calls))) * 100) / calls
  const drive = async (profile?: string) => {
    const calls = CALLS[method]
    await sink.ask('reset', port)
    const { cpuUs, wallUs } = await child.ask<Cost>('measure', { method, calls, profile })
    const lost = await lostOf(calls)
    await sink.ask('reset', port)
    await child.ask('pace', { method, calls: PACED_CALLS })
    const lostPaced = await lostOf(PACED_CALLS)
    return { rate: (calls * 1000) / wallUs, cpu: (cpuUs * 1000) / calls, lost, lostPaced }
  }
  const measure = () => drive(profileFile(settings, dogstatsd.name, subject, generation, windows++))
  try {
    // Not counted: in it the code is compiled.
    await drive()
  } catch (error) {
    await child.stop()
    throw error
  }
  return { measure, stop: () => child.stop() }
}

/** Waits until all calls have arrived, or no more arrive, and returns their number. */
async function arrived(sink: Child, port: number, calls: number): Promise<number> {
  const deadline = Date.now() + ARRIVAL_MS
  let before = -1
  let quiet = 0
  for (;;) {
    const count = await sink.ask<number>('count', { port, name: NAME })
    quiet = count === before ? quiet + 1 : 0
    if (count >= calls || quiet >= QUIET_POLLS || Date.now() > deadline) return count
    before = count
    await delay(POLL_MS)
  }
}
