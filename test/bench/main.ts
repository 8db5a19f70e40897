/** Measures the tracer against the floor, and its peers: `node dist/test/bench/main.js --help`. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readBudgets } from './harness/budgets'
import { interleave } from './harness/interleave'
import { installPeers, peerVersions } from './harness/peers'
import type { Question, Settings } from './harness/question'
import { figureReports, tables } from './harness/report'
import { profilePrefix, selfTimeTable } from './harness/self-time'
import { questions } from './questions/index'

const DEFAULT_REPETITIONS = 10
const QUICK_REPETITIONS = 3

const HELP = `node dist/test/bench/main.js [question]... [options]

${questions.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n')}

  --repetitions N    times each subject is measured (default: ${DEFAULT_REPETITIONS})
  --quick            ${QUICK_REPETITIONS} repetitions
  --node PATH        the Node.js that the measured processes run on (default: this one)
  --peers            also dd-trace and OpenTelemetry, fetched from npm into .cache/peers
  --cpu-prof DIR     write CPU profiles of the windows into it, and the functions that took most;
                     the figures then include the profiler
  --json             print JSON in place of tables
`

async function main(): Promise<number> {
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
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const repetitions = Number(values.repetitions ?? (values.quick ? QUICK_REPETITIONS : DEFAULT_REPETITIONS))
  if (!Number.isInteger(repetitions) || repetitions < 1)
    throw new Error('--repetitions must be a whole number above 0')
  const settings: Settings = {
    repetitions,
    node: resolve(values.node),
    peers: values.peers,
  }
  if (values['cpu-prof'] !== undefined) {
    settings.profiles = resolve(values['cpu-prof'])
    mkdirSync(settings.profiles, { recursive: true })
  }
  if (settings.peers) await installPeers()

  const machine = {
    node: execFileSync(settings.node, ['--version'], {
      encoding: 'utf8',
    }).trim(),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    repetitions,
    peers: settings.peers ? peerVersions() : 'none',
  }
  const answers = []
  for (const question of chosen(positionals)) answers.push(await ask(question, settings))
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ ...machine, questions: answers.map(({ json }) => json) }, undefined, 2)}\n`,
    )
  } else {
    const head = `Node.js ${machine.node}, ${machine.cores} cores (${machine.cpu}), ${repetitions} repetitions, peers: ${machine.peers}`
    process.stdout.write(`${[head, ...answers.map(({ text }) => text)].join('\n\n')}\n`)
  }
  return answers.every(({ isWhole }) => isWhole) ? 0 : 1
}

function chosen(names: readonly string[]): readonly Question[] {
  const wrong = names.find(name => !questions.some(question => question.name === name))
  if (wrong !== undefined) throw new Error(`${wrong} is not a question; --help lists them`)
  return names.length === 0 ? questions : questions.filter(({ name }) => names.includes(name))
}

async function ask(question: Question, settings: Settings) {
  const answer = await interleave(question, settings, line => process.stderr.write(`${line}\n`))
  if (settings.profiles !== undefined) writeSelfTimes(question, settings.profiles, settings.peers)
  const reports = figureReports(question, question.subjects(settings.peers), answer, readBudgets())
  const problems = answer.problems.map(problem => `  void: ${problem}`).join('\n')
  return {
    isWhole: answer.problems.length === 0,
    text: [`== ${question.name}: ${question.title}`, tables(question, reports), problems]
      .filter(Boolean)
      .join('\n\n'),
    json: {
      question: question.name,
      base: question.base,
      figures: reports,
      ...answer,
    },
  }
}

function writeSelfTimes(question: Question, directory: string, peers: boolean): void {
  for (const subject of question.subjects(peers)) {
    const name = profilePrefix(question.name, subject)
    writeFileSync(join(directory, `${name}txt`), `${selfTimeTable(directory, name)}\n`)
  }
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  },
)
