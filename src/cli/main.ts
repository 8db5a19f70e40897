#!/usr/bin/env node
/** The command `tracer`: picks the subcommand, prints its errors, sets the exit status. */

import { packageVersion } from '../std/version'
import { CommandError, UsageError } from './usage'

const HELP = `Usage: tracer COMMAND [options]

  tracer run -- node app.js   run a program with the tracer preloaded
  tracer agent                run a local agent: no account, no network, nothing to install
  tracer traces               list the traces of the local agent
  tracer trace ID             show one trace as a waterfall
  tracer profiles             list the profiles of the local agent
  tracer profiles ID          show the most expensive functions of a profile, of one endpoint or span if wanted
  tracer profile PID          profile a running process into a file; no agent needed
  tracer profile COMMAND      run a command and profile it into a file; no agent needed

  tracer COMMAND --help       help for a command
  tracer --version
`

interface Command {
  /** Text for `--help`; undefined if the command prints it by itself. */
  help: string | undefined
  run(argv: string[]): void | Promise<void>
}

// Each command is loaded when it is run, so that `tracer run` does not load the agent.
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

// A reader that closes the pipe early (`| head`) is not an error.
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
