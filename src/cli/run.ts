#!/usr/bin/env node
/** `tracer-run node app.js`: runs a command, and every Node.js process below it, with the tracer preloaded. */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const HELP = `Usage: tracer-run <command> [arguments]

Runs the command with the tracer loaded into it and into every Node.js process
that it starts (through NODE_OPTIONS). Settings come from the environment:
DD_SERVICE, DD_ENV, DD_VERSION, DD_TRACE_AGENT_URL, ...

Example: DD_SERVICE=shop tracer-run node app.js
`

/** Runs `argv` and ends this process as the command ended. Usage errors exit with 64. */
export function run(argv: readonly string[]): void {
  const words = argv[0] === '--' ? argv.slice(1) : argv
  if (words.length === 0 || words[0] === '--help' || words[0] === '-h') {
    ;(words.length === 0 ? process.stderr : process.stdout).write(HELP)
    process.exitCode = words.length === 0 ? 64 : 0
    return
  }
  runCommand(words, { NODE_OPTIONS: withTracer(process.env.NODE_OPTIONS) }, 'tracer-run')
}

/**
 * Runs a command with additional environment variables, and ends this process as the command ended. Signals are
 * passed on to the command. Before that, `ended` is called with whether the command ran at all; the status that it
 * returns replaces a status of 0. `name` begins the message if the command cannot be run.
 */
export function runCommand(
  [command, ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  name: string,
  ended: (ran: boolean) => number = () => 0,
): void {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error: NodeJS.ErrnoException) => {
    process.stderr.write(
      `${name}: cannot run ${command}: ${error.code === 'ENOENT' ? 'no such command' : error.message}\n`,
    )
    ended(false)
    process.exitCode = error.code === 'ENOENT' ? 127 : 126
  })
  child.on('exit', (code, signal) => {
    for (const each of signals) process.removeListener(each, forward)
    const status = ended(true)
    if (signal !== null) endBySignal(signal)
    else process.exitCode = code || status
  })
}

/** Returns NODE_OPTIONS that also load the tracer; unchanged if they do already. */
export function withTracer(options: string | undefined): string {
  const register = pathToFileURL(join(__dirname, '..', 'register.mjs')).href
  // In NODE_OPTIONS, quotes keep a path with spaces together; a URL has none.
  const flag = `--import ${register}`
  if (options === undefined || options.trim() === '') return flag
  return options.includes(register) ? options : `${options} ${flag}`
}

function endBySignal(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal)
  // If a handler keeps the signal from ending this process, the status says the same, by the shell's convention.
  process.exitCode = 128 + (constants.signals[signal] ?? 0)
}

if (require.main === module) run(process.argv.slice(2))
