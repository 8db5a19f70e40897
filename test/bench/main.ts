/** Measures the tracer against the floor, and its peers: `node dist/test/bench/main.js --help`. */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { readBudgets } from './harness/budgets'
import { interleave } from './harness/interleave'
import { installPeers, peerVersions } from './harness/peers'
import type { Question, Settings } from './harness/question'
import { figureReports, tables } from './harness/report'
import { profilePrefix, selfTimeTable } from './harness/self-time'
import { HELP, readOptions } from './options'

async function main(): Promise<number> {
  const stop = new AbortController()
  // Only the first Ctrl-C is handled: a second one ends the bench at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const options = readOptions(stop.signal)
  if (options === undefined) {
    process.stdout.write(HELP)
    return 0
  }
  const { settings } = options
  if (settings.peers) await installPeers()
  const machine = {
    node: execFileSync(settings.node, ['--version'], { encoding: 'utf8' }).trim(),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    repetitions: settings.repetitions,
    peers: settings.peers ? peerVersions() : 'none',
  }
  const results = []
  for (const question of options.questions) results.push(await ask(question, settings))
  if (options.json) {
    const all = { ...machine, questions: results.map(({ json }) => json) }
    process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`)
  } else {
    const { node, cores, cpu, repetitions, peers } = machine
    const head = `Node.js ${node}, ${cores} cores (${cpu}), ${repetitions} repetitions, peers: ${peers}`
    process.stdout.write(`${[head, ...results.map(({ text }) => text)].join('\n\n')}\n`)
  }
  return stop.signal.aborted || results.some(({ isWhole }) => !isWhole) ? 1 : 0
}

async function ask(question: Question, settings: Settings) {
  const { name, title, base } = question
  const answer = await interleave(question, settings, line => process.stderr.write(`${line}\n`))
  if (settings.profiles !== undefined) writeSelfTimes(question, settings.profiles, settings.peers)
  const figures = figureReports(question, question.subjects(settings.peers), answer, readBudgets())
  const problems = answer.problems.map(problem => `  not counted: ${problem}`).join('\n')
  const text = [`== ${name}: ${title}`, tables(question, figures), problems].filter(Boolean).join('\n\n')
  return { isWhole: answer.problems.length === 0, text, json: { question: name, base, figures, ...answer } }
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
