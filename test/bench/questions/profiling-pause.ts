/** How long a rotation of profiles holds the main thread up, and what memory profiling takes in the long run. */

import { join } from 'node:path'
import { Child } from '../harness/child'
import { type Figure, type Question, type Settings, type Stage, type Values, Void } from '../harness/question'
import { Sink } from '../harness/sink'
import { summary } from '../harness/statistics'
import type { Pause } from '../profiling/pause-process'
import { PROFILING_BASES, profilingSubject, profilingSubjects, requireProfiles } from './profiling'

const PERIOD_SECONDS = 1
/** Rotations in a window; ten repetitions have a hundred. */
const ROTATIONS = 10
const DURATION_MS = (ROTATIONS + 1) * PERIOD_SECONDS * 1000

export const profilingPause: Question = {
  name: 'profiling-pause',
  title: 'a rotation of profiles with about 5 000 nodes',
  base: 'tracer',
  bases: PROFILING_BASES,
  figures: [
    ...['wall', 'space'].flatMap(kind => [
      figure(`${kind}P50`, `${kind} profile: calls on the main thread, median, ms`),
      figure(`${kind}Max`, `${kind} profile: calls on the main thread, longest, ms`),
      figure(`${kind}CpuP50`, `${kind} profile: CPU of these calls, median, ms`),
      figure(`${kind}CpuMax`, `${kind} profile: CPU of these calls, most, ms`),
    ]),
    {
      key: 'stallP50',
      title: 'event loop held up after a rotation, median, ms',
      digits: 2,
      compared: 'added',
    },
    {
      key: 'stallMax',
      title: 'event loop held up after a rotation, longest, ms',
      digits: 2,
      compared: 'added',
    },
    { key: 'rss', title: 'resident size, MB', digits: 1, compared: 'added' },
  ],
  subjects: profilingSubjects,
  async open(settings) {
    const sink = new Sink()
    return { start: subject => start(sink, settings, subject), close: () => sink.close() }
  },
}

function figure(key: string, title: string): Figure {
  return { key, title, digits: 2, compared: false }
}

async function start(sink: Sink, settings: Settings, subject: string): ReturnType<Stage['start']> {
  const sinkUrl = await sink.open()
  const { name, isProfiled, env } = profilingSubject(subject, sinkUrl, PERIOD_SECONDS)
  const app = new Child(subject, join(__dirname, '../profiling/pause-process.js'), {
    ...{ args: [name], env, node: settings.node },
  })

  const measure = async (): Promise<Values> => {
    await sink.reset(sinkUrl)
    const everyMs = isProfiled ? undefined : PERIOD_SECONDS * 1000
    const { rotations, stalls, rssBytes, spans } = await app.ask<Pause>('measure', {
      durationMs: DURATION_MS,
      everyMs,
    })
    const counts = await sink.arrived(sinkUrl, spans)
    if (counts.spans !== spans) throw new Void(`${counts.spans} of ${spans} spans arrived`)
    if (isProfiled) requireProfiles(counts)
    if (rotations.length < ROTATIONS / 2) throw new Void(`${rotations.length} rotations`)
    const values: Values = { rss: rssBytes / 2 ** 20 }
    const put = (key: string, times: readonly number[]): void => {
      const { median = 0, max = 0 } = summary(times) ?? {}
      values[`${key}P50`] = median
      values[`${key}Max`] = max
    }
    put('stall', stalls)
    for (const kind of isProfiled ? ['wall', 'space'] : []) {
      const taken = rotations.map(({ called }) => called[kind] ?? { wall: 0, cpu: 0 })
      const [wall, cpu] = [taken.map(each => each.wall), taken.map(each => each.cpu)]
      put(kind, wall)
      put(`${kind}Cpu`, cpu)
    }
    return values
  }
  try {
    // Not counted: in it the code is compiled, and the heap filled.
    await measure()
  } catch (error) {
    await app.stop()
    throw error
  }
  return { measure, stop: () => app.stop() }
}
