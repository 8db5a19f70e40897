/** `tracer profile PID` and `tracer profile COMMAND`: a profile of a process into a file, without any agent. */

import { parseArgs } from 'node:util'
import { parse, UsageError, wholeNumber } from '../usage'
import { checkPath } from './output'
import { profileCommand } from './profile-command'
import { profileProcess } from './profile-process'
import type { ProfileSettings } from './settings'

export const PROFILE_HELP = `Usage: tracer profile [options] PID
       tracer profile [options] [--] COMMAND [arguments]

Writes a profile as pprof, for viewers such as \`go tool pprof -http : FILE\` and speedscope.

COMMAND: starts the command, and profiles every Node.js process and worker thread that it starts with the profiler of
this package. The file has wall and CPU time, with the names of your sources, spans and endpoints. Profiles to the
command's end, or for its first --seconds, after which the command runs on. Ends with the command's exit status.

PID: profiles the main thread of a running Node.js process, which needs no preparation. Opens the process's inspector
with SIGUSR1 (the process says so on its stderr) and closes it afterwards. The file has wall time, or what the thread
allocated meanwhile.

  --seconds N        length of the profile (PID: 30; COMMAND: to its end)
  -o, --output FILE  file to write (profile.pprof)
  --type TYPE        wall (default); cpu: the same file with CPU time first; space: what the heap holds
  --rate N           samples per second (99)
  --force            PID: send SIGUSR1 even if the process does not look like Node.js; it kills other programs

Ctrl-C ends the profile early and writes it.
`

const OPTIONS = {
  seconds: { type: 'string' },
  output: { type: 'string', short: 'o' },
  type: { type: 'string' },
  rate: { type: 'string' },
  force: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const DEFAULT_SECONDS = 30

/** Runs `tracer profile` with the arguments behind the command. */
export async function profile(argv: string[]): Promise<void> {
  const { own, command, pid } = split(argv)
  const { values } = parse(own, OPTIONS)
  if (values.help) {
    process.stdout.write(PROFILE_HELP)
    return
  }
  if (pid === undefined && command.length === 0) throw new UsageError('give a process id or a command')
  const { type = 'wall' } = values
  if (type !== 'wall' && type !== 'cpu' && type !== 'space')
    throw new UsageError(`--type must be wall, cpu or space, not "${type}"`)
  const settings: ProfileSettings = {
    seconds: wholeNumber('seconds', values.seconds, 1, 3600),
    path: values.output ?? 'profile.pprof',
    type,
    samplesPerSecond: wholeNumber('rate', values.rate, 1, 1000) ?? 99,
  }
  checkPath(settings.path)
  if (pid === undefined) {
    if (values.force) throw new UsageError('--force is for a PID')
    return profileCommand(command, settings)
  }
  if (type === 'cpu')
    throw new UsageError('the inspector of a running process measures no CPU time: --type wall')
  return profileProcess(
    pid,
    { ...settings, seconds: settings.seconds ?? DEFAULT_SECONDS },
    values.force === true,
  )
}

/** Splits the arguments. Those after the command's name are the command's own, even if they look like options. */
function split(argv: string[]): { own: string[]; command: string[]; pid?: number } {
  const { tokens } = parseArgs({
    args: argv,
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const first = tokens.find(({ kind }) => kind !== 'option')
  if (first === undefined) return { own: argv, command: [] }
  const own = argv.slice(0, first.index)
  const [word, ...rest] = argv.slice(first.index)
  if (word === '--') return { own, command: rest }
  if (/^\d+$/.test(word)) return { own: [...own, ...rest], command: [], pid: Number(word) }
  return { own, command: [word, ...rest] }
}
