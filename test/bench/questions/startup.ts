/** What loading a tracer adds to the start of a program that does nothing. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tracingEnvironment } from '../harness/environment'
import type { Question, Settings } from '../harness/question'
import { root } from '../harness/root'

const run = promisify(execFile)
const TIMEOUT_MS = 60_000
/** Starts in one window: starts vary more than anything else that is measured. */
const STARTS = 5
/** Nobody listens here. */
const NO_AGENT = 'http://127.0.0.1:9'
const REPORT = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  console.log(JSON.stringify([userCPUTime + systemCPUTime, maxRSS]))
})`

/** Flags of Node.js that load each subject. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  none: [],
  tracer: ['--require', join(root, 'lib/init.js')],
  'tracer --import': ['--import', join(root, 'lib/register.mjs')],
  'dd-trace': ['--require', join(root, '.cache/peers/node_modules/dd-trace/init.js')],
  opentelemetry: ['--require', join(__dirname, '../startup/opentelemetry.js')],
}

export const startup: Question = {
  name: 'startup',
  title: 'node with the tracer loaded, and a program that does nothing',
  base: 'none',
  figures: [
    { key: 'cpu', title: 'CPU of the process, ms', digits: 1, compared: true },
    { key: 'rss', title: 'greatest resident size, MB', digits: 1, compared: true },
  ],
  subjects: peers =>
    Object.keys(FLAGS).filter(name => peers || (name !== 'dd-trace' && name !== 'opentelemetry')),
  async open(settings: Settings) {
    return {
      start: async subject => ({ measure: () => measure(settings, subject), stop: async () => {} }),
      close: async () => {},
    }
  },
}

async function measure({ node }: Settings, subject: string) {
  const cpu: number[] = []
  const rss: number[] = []
  for (let count = 0; count < STARTS; count++) {
    const { stdout } = await run(node, [...FLAGS[subject], '-e', REPORT], {
      env: { ...tracingEnvironment(NO_AGENT), DD_TRACE_STARTUP_LOGS: 'false' },
      timeout: TIMEOUT_MS,
    })
    const [cpuUs, rssKib] = JSON.parse(stdout.trim().split('\n').pop() ?? '') as [number, number]
    cpu.push(cpuUs / 1000)
    rss.push(rssKib / 1024)
  }
  return { cpu: Math.min(...cpu), rss: Math.min(...rss) }
}
