/** Starts a command and profiles it: the profiler of this package writes files, which are merged afterwards. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflate } from '../../agent/profiles/inflate'
import { runCommand, withTracer } from '../run'
import { CommandError } from '../usage'
import { FOLDER_VARIABLE, markerOf, UNTIL_VARIABLE } from './markers'
import type { ProfilePart } from './merge'
import { writeProfile } from './output'
import type { ProfileSettings } from './settings'

/** Length of a window without `--seconds`. A program that is killed loses its last window. */
const WINDOW_SECONDS = 60
/** Length of a window with `--seconds`: longer than any profile, which has one window therefore. */
const LONGEST_SECONDS = 3600
const LOOK_MS = 100
/** How long to wait after the end for threads that have not written their profile; some ended without it. */
const GRACE_MS = 5000
const SETS_AGENT_OR_LOG = [
  'DD_TRACE_AGENT_URL',
  'DD_AGENT_HOST',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'DD_TRACE_DEBUG',
  'DD_TRACE_LOG_LEVEL',
  'DD_LOG_LEVEL',
  'OTEL_LOG_LEVEL',
]
const UNPACKED_LIMIT_BYTES = 2 ** 30

/** Starts the command and returns at once. This process ends as the command does. */
export function profileCommand(command: readonly string[], settings: ProfileSettings): void {
  const folder = mkdtempSync(join(tmpdir(), 'tracer-profile-'))
  const type = settings.type === 'space' ? 'space' : 'wall'
  const untilMs = settings.seconds === undefined ? undefined : Date.now() + settings.seconds * 1000
  let waiting: NodeJS.Timeout | undefined
  let status: number | undefined

  const write = (): number => {
    clearInterval(waiting)
    try {
      const parts = partsOf(folder, type)
      if (parts.length === 0)
        throw new CommandError('no profile: no Node.js process was started, or each of them was killed')
      writeProfile(settings.path, settings.type, parts)
      return 0
    } catch (error) {
      process.stderr.write(`tracer: ${error instanceof Error ? error.message : error}\n`)
      return 1
    }
  }
  if (untilMs !== undefined) {
    waiting = setInterval(() => {
      if (Date.now() >= untilMs + GRACE_MS || (Date.now() >= untilMs && areAllDone(folder))) status = write()
    }, LOOK_MS)
  }
  runCommand(command, environmentOf(folder, type, untilMs, settings), 'tracer profile', ran => {
    clearInterval(waiting)
    if (ran) status ??= write()
    rmSync(folder, { recursive: true, force: true })
    return status ?? 0
  })
}

function environmentOf(
  folder: string,
  type: string,
  untilMs: number | undefined,
  { samplesPerSecond }: ProfileSettings,
): NodeJS.ProcessEnv {
  const options = withTracer(process.env.NODE_OPTIONS)
  return {
    DD_PROFILING_ENABLED: 'true',
    DD_PROFILING_EXPORTERS: 'file',
    DD_PROFILING_PPROF_PREFIX: join(folder, '/'),
    DD_PROFILING_PROFILERS: type,
    DD_PROFILING_WALLTIME_ENABLED: 'true',
    DD_PROFILING_HEAP_ENABLED: 'true',
    DD_PROFILING_CPU_ENABLED: 'true',
    // Without a timeline, samples with the same stack are added up: a smaller file that does not say when.
    DD_PROFILING_TIMELINE_ENABLED: 'false',
    DD_PROFILING_SAMPLING_RATE: String(samplesPerSecond),
    DD_PROFILING_UPLOAD_PERIOD: String(untilMs === undefined ? WINDOW_SECONDS : LONGEST_SECONDS),
    DD_PROFILING_DEBUG_UPLOAD_COMPRESSION: 'off',
    DD_TRACE_STARTUP_LOGS: 'false',
    // Samples need spans for their labels. That no agent takes the spans is not worth a warning unless one was named.
    ...(SETS_AGENT_OR_LOG.some(name => process.env[name]) ? {} : { DD_TRACE_LOG_LEVEL: 'error' }),
    ...(untilMs === undefined
      ? { NODE_OPTIONS: options }
      : {
          NODE_OPTIONS: `--require ${quoted(join(__dirname, 'preload.js'))} ${options}`,
          [UNTIL_VARIABLE]: String(untilMs),
          [FOLDER_VARIABLE]: folder,
        }),
  }
}

/** Quotes a path for NODE_OPTIONS, where it may have spaces. */
function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`
}

function partsOf(folder: string, type: string): ProfilePart[] {
  const parts: { name: string; pid: number }[] = []
  for (const name of readdirSync(folder)) {
    const match = /^([a-z]+)_(\d+)_\d+_\d+\.pprof$/.exec(name)
    if (match?.[1] === type) parts.push({ name, pid: Number(match[2]) })
  }
  return lastOfEach(parts, type).map(({ name, pid }) => ({
    pid,
    pprof: inflate(readFileSync(join(folder, name)), UNPACKED_LIMIT_BYTES),
  }))
}

/** Returns the last heap profile of each thread, as each profile has all that the heap holds; other types unchanged. */
function lastOfEach<T extends { name: string }>(parts: T[], type: string): T[] {
  if (type !== 'space') return parts
  const numberOf = ({ name }: T): number => Number(/_(\d+)\.pprof$/.exec(name)?.[1])
  const last = new Map<string, T>()
  for (const part of parts.sort((a, b) => numberOf(a) - numberOf(b)))
    last.set(part.name.replace(/_\d+\.pprof$/, ''), part)
  return [...last.values()]
}

/** Returns whether each thread that began a profile has written it or has ended with its process. */
function areAllDone(folder: string): boolean {
  const names = new Set(readdirSync(folder))
  const begun = [...names].map(name => /^begun_(\d+)_(\d+)$/.exec(name)).filter(match => match !== null)
  return (
    begun.length > 0 &&
    begun.every(
      ([, pid, threadId]) =>
        names.has(markerOf('done', Number(pid), Number(threadId))) || isGone(Number(pid)),
    )
  )
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
