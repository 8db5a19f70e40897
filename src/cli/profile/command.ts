/** `tracer profile PID` and `tracer profile COMMAND`: a profile of a process into a file, without any agent. */

import { parseArgs } from 'node:util'
import { parse, UsageError, wholeNumber } from '../usage'
import { checkPath } from './output'
import { profileCommand } from './profile-command'
import { profileProcess } from './profile-process'
import type { ProfileSettings } from './settings'

export const PROFILE_HELP = `Usage: tracer profile [options] PID
       tracer profile [options] [--] COMMAND [arguments]

Writes a profile as pprof, for \`go tool pprof -http : FILE\`, speedscope and the like.

A COMMAND is started, with every Node.js process and worker thread below it profiled by this package's own profiler:
wall and CPU time in one file, with the names of your sources, spans and endpoints. It is profiled to its end, or for
its first --seconds and then left to run; this command ends as it does.

A PID is of a Node.js process that runs already and needs no preparation: its inspector is opened by SIGUSR1 (it says
so on its stderr), and closed again afterwards. Its main thread is profiled, in wall time, or what it allocates meanwhile.

  --seconds N        how long (a process: 30; a command: to its end)
  -o, --output FILE  where to (profile.pprof)
  --type TYPE        wall, the default; cpu: the same file, with CPU time first; space: what the heap holds
  --rate N           samples a second (99)
  --force            of a PID: also when it does not look like Node.js, which SIGUSR1 kills

Ctrl-C ends the profile early, and writes it all the same.
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
    if (values.force) throw new UsageError('--force is of a PID')
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

/** Options end where a command begins, whose own they are from there on. */
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
