/** The command line of the bench. */

import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Question, Settings } from './harness/question'
import { questions } from './questions/index'

const DEFAULT_REPETITIONS = 10
const QUICK_REPETITIONS = 3

export const HELP = `node dist/test/bench/main.js [question]... [options]

${questions.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n')}

  --repetitions N    times each subject is measured (default: ${DEFAULT_REPETITIONS})
  --quick            ${QUICK_REPETITIONS} repetitions
  --node PATH        the Node.js that the measured processes run on (default: this one)
  --peers            also dd-trace and OpenTelemetry, fetched from npm into .cache/peers
  --cpu-prof DIR     write CPU profiles of the windows into DIR, and for each subject the functions that took most;
                     the figures then include the profiler
  --json             print JSON in place of tables
`

export interface Options {
  questions: readonly Question[]
  settings: Settings
  json: boolean
}

/** Undefined when help was asked for. Throws a message for the user when the arguments make no sense. */
export function readOptions(stop: AbortSignal): Options | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repetitions: { type: 'string' },
      quick: { type: 'boolean', default: false },
      node: { type: 'string', default: process.execPath },
      peers: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick, peers, json, 'cpu-prof': profiles } = values
  const repetitions = Number(values.repetitions ?? (quick ? QUICK_REPETITIONS : DEFAULT_REPETITIONS))
  if (!Number.isInteger(repetitions) || repetitions < 1) {
    throw new Error('--repetitions must be a whole number above 0')
  }
  const settings: Settings = { repetitions, node: resolve(values.node), peers, stop }
  if (profiles !== undefined) {
    settings.profiles = resolve(profiles)
    mkdirSync(settings.profiles, { recursive: true })
  }
  return { questions: chosen(positionals), settings, json }
}

function chosen(names: readonly string[]): readonly Question[] {
  const wrong = names.find(name => !questions.some(question => question.name === name))
  if (wrong !== undefined) throw new Error(`${wrong} is not a question; --help lists them`)
  return names.length === 0 ? questions : questions.filter(({ name }) => names.includes(name))
}
