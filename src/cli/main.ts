#!/usr/bin/env node
/** The command `tracer`: picks the subcommand, prints its errors, sets the exit status. */

import { packageVersion } from '../std/version'
import { CommandError, UsageError } from './usage'

const HELP = `Usage: tracer COMMAND [options]

  tracer run -- node app.js   runs a program with the tracer preloaded
  tracer agent                runs a local agent: no account, no network, nothing to install
  tracer traces               lists the traces that it has
  tracer trace ID             shows one trace as a waterfall
  tracer profiles             lists the profiles that it has
  tracer profiles ID          shows the dearest functions of one, by endpoint or span if you like
  tracer profile PID          profiles a process that runs, or a command, into a file; no agent needed

  tracer COMMAND --help       tells more
  tracer --version
`

interface Command {
  /** Undefined when the command explains itself. */
  help: string | undefined
  run(argv: string[]): void | Promise<void>
}

// Loaded when asked for: `tracer run` has no business with the agent's code.
const COMMANDS: Record<string, () => Command> = {
  run: () => ({ help: undefined, run: (require('./run.js') as { run: Command['run'] }).run }),
  agent: () => {
    const { agent, AGENT_HELP } = require('./agent-command.js') as typeof import('./agent-command')
    return { help: AGENT_HELP, run: agent }
  },
  traces: () => {
    const { traces, TRACES_HELP } = require('./traces-command.js') as typeof import('./traces-command')
    return { help: TRACES_HELP, run: traces }
  },
  trace: () => {
    const { trace, TRACE_HELP } = require('./trace-command.js') as typeof import('./trace-command')
    return { help: TRACE_HELP, run: trace }
  },
  profiles: () => {
    const { profiles, PROFILES_HELP } =
      require('./profiles-command.js') as typeof import('./profiles-command')
    return { help: PROFILES_HELP, run: profiles }
  },
  profile: () => {
    const { profile } = require('./profile/command.js') as typeof import('./profile/command')
    return { help: undefined, run: profile }
  },
}

async function main([name, ...argv]: string[]): Promise<void> {
  if (name === '--version' || name === '-v') return print(`${packageVersion()}\n`)
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(HELP)
  if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(`no command "${name}"`)
  const { help, run } = COMMANDS[name]()
  if (help !== undefined && (argv.includes('--help') || argv.includes('-h'))) return print(help)
  await run(argv)
}

function print(text: string): void {
  process.stdout.write(text)
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof UsageError) {
    process.stderr.write(`tracer: ${error.message}\nsee \`tracer --help\`\n`)
    process.exitCode = 2
  } else if (error instanceof CommandError) {
    process.stderr.write(`tracer: ${error.message}\n`)
    process.exitCode = 1
  } else {
    process.stderr.write(`tracer: ${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 1
  }
})
