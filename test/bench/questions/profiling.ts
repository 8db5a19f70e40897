/** What the profiler adds to a traced program: one that computes, and one that serves requests. */

import { join } from 'node:path'
import { Child } from '../harness/child'
import { profilingEnvironment, tracingEnvironment } from '../harness/environment'
import { type Question, type Settings, type Stage, type Values, Void } from '../harness/question'
import { profileFile } from '../harness/self-time'
import { Sink } from '../harness/sink'
import type { Load, LoadResult } from '../processes/load'
import type { Counts } from '../processes/sink-counts'
import { SPANS_A_REQUEST } from '../profiling/app'
import type { Measured } from '../profiling/process'

const BATCHES = 7000
const REQUESTS = 12_000
const CONCURRENCY = 16
/** Below the length of any window, so that each has a rotation, an encoding and an upload: far more than a service has. */
const PERIOD_SECONDS = 2
const PROFILED = '-profiled'

/** Each is compared with the same tracer without the profiler. */
export const PROFILING_BASES = {
  'dd-trace': 'dd-trace',
  [`dd-trace${PROFILED}`]: 'dd-trace',
}

export function profilingSubjects(peers: boolean): string[] {
  return ['tracer', ...(peers ? ['dd-trace'] : [])].flatMap(name => [name, name + PROFILED])
}

/** The module of a subject, and the environment that makes it profile or not. */
export function profilingSubject(
  subject: string,
  sinkUrl: string,
  periodSeconds: number,
): { name: string; isProfiled: boolean; env: Record<string, string> } {
  const isProfiled = subject.endsWith(PROFILED)
  const name = isProfiled ? subject.slice(0, -PROFILED.length) : subject
  const env = { ...tracingEnvironment(sinkUrl), ...(isProfiled ? profilingEnvironment(periodSeconds) : {}) }
  return { name, isProfiled, env }
}

/** Rejects a window in which no profile of the heap or of the time arrived. */
export function requireProfiles({ profiles }: Counts): void {
  if ((profiles.wall ?? 0) > 0 && (profiles.space ?? 0) > 0) return
  throw new Void(`profiles that arrived: ${JSON.stringify(profiles)}`)
}

/** One piece of work of a workload, in the subject's process. */
interface Workload {
  /** Pieces in a window. */
  count: number
  spansEach: number
  /** Answers pieces a second on the wall. */
  run(app: Child, load: Child): Promise<number>
}

export const profilingWork = question(
  'profiling-work',
  'a program that computes, profiled and not',
  'batch',
  {
    count: BATCHES,
    spansEach: 1,
    async run(app) {
      const start = performance.now()
      await app.ask('work', BATCHES)
      return BATCHES / ((performance.now() - start) / 1000)
    },
  },
)

export const profilingRequests = question(
  'profiling-requests',
  'a server whose requests wait a lot, profiled and not',
  'request',
  {
    count: REQUESTS,
    spansEach: SPANS_A_REQUEST,
    async run(app, load) {
      const url = await app.ask<string>('url')
      const wanted: Load = {
        ...{ url, path: '/orders/{n}', variants: 1000 },
        ...{ count: REQUESTS, concurrency: CONCURRENCY },
      }
      const { failed, seconds } = await load.ask<LoadResult>('run', wanted)
      if (failed > 0) throw new Void(`${failed} of ${REQUESTS} requests failed`)
      return REQUESTS / seconds
    },
  },
)

function question(name: string, title: string, piece: string, workload: Workload): Question {
  return {
    ...{ name, title, base: 'tracer', bases: PROFILING_BASES },
    // What the compiler makes of a program differs by as much as what is measured.
    generations: 5,
    figures: [
      { key: 'cpu', title: `CPU of the process, µs a ${piece}`, digits: 0, compared: true },
      { key: 'rate', title: `${piece} a second`, digits: 0, compared: true },
      { key: 'garbage', title: `allocated on the heap, kB a ${piece}`, digits: 1, compared: true },
      { key: 'rss', title: 'resident size at the end, MB', digits: 1, compared: 'added' },
    ],
    subjects: profilingSubjects,
    async open(settings) {
      const sink = new Sink()
      const load = new Child('the load', join(__dirname, '../processes/load.js'))
      return {
        start: (subject, generation) => start({ name, workload, settings, sink, load }, subject, generation),
        close: async () => {
          await Promise.all([sink.close(), load.stop()])
        },
      }
    },
  }
}

interface Props {
  name: string
  workload: Workload
  settings: Settings
  sink: Sink
  load: Child
}

async function start(props: Props, subject: string, generation: number): ReturnType<Stage['start']> {
  const { workload, settings, sink, load } = props
  const { count, spansEach } = workload
  const sinkUrl = await sink.open()
  const { name, isProfiled, env } = profilingSubject(subject, sinkUrl, PERIOD_SECONDS)
  const app = new Child(subject, join(__dirname, '../profiling/process.js'), {
    ...{ args: [name], env, node: settings.node },
  })
  let windows = 0

  const drive = async (profile?: string): Promise<Values> => {
    await sink.reset(sinkUrl)
    await app.ask('begin', profile)
    const rate = await workload.run(app, load)
    const { cpuUs, allocatedBytes, rssBytes } = await app.ask<Measured>('end')
    const counts = await sink.arrived(sinkUrl, count * spansEach)
    if (counts.spans !== count * spansEach) {
      throw new Void(`${counts.spans} of ${count * spansEach} spans arrived`)
    }
    if (isProfiled) requireProfiles(counts)
    return { cpu: cpuUs / count, rate, garbage: allocatedBytes / count / 1000, rss: rssBytes / 2 ** 20 }
  }
  const measure = () => drive(profileFile(settings, props.name, subject, generation, windows++))
  try {
    // Not counted: in it the code is compiled.
    await drive()
  } catch (error) {
    await app.stop()
    throw error
  }
  return { measure, stop: () => app.stop() }
}
