/** The process of one subject of `profiling-pause`: runs the program for a while, and says what held it up. */

import { join } from 'node:path'
import { serve } from '../harness/serve'
import { quantile } from '../harness/statistics'
import { turn } from './program'
import { type Rotation, rotations } from './rotations'
import type { ProfilingSubject } from './subject'

/** One span for each request of so many turns. */
const TURNS_A_SPAN = 10
/** What a rotation sets off (encoding, compression, upload) is done by then. */
const AFTERMATH_MS = 400
const RSS_EVERY_MS = 250

export interface Pause {
  rotations: Rotation[]
  /** For each rotation, ms: the longest time in its aftermath that the loop was kept from the program's next turn. */
  stalls: number[]
  /** Median over the window. */
  rssBytes: number
  spans: number
}

const subject = (
  require(join(__dirname, `pause-${process.argv[2]}`)) as { install(): ProfilingSubject }
).install()
let seed = 0

serve({
  /** Measures pauses. A program that is not profiled has no rotations: it is sampled as often as if it had. */
  async measure({ durationMs, everyMs }: { durationMs: number; everyMs?: number }): Promise<Pause> {
    rotations.length = 0
    const rss: number[] = []
    const watch = setInterval(() => rss.push(process.memoryUsage.rss()), RSS_EVERY_MS)
    const start = performance.now()
    for (let at = start; everyMs !== undefined && at < start + durationMs; at += everyMs) {
      rotations.push({ at, called: {} })
    }
    const { stalls, spans } = await run(start + durationMs)
    clearInterval(watch)
    await subject.flush()
    rss.sort((a, b) => a - b)
    // The last may not be over.
    const whole = rotations.filter(({ at }) => at + AFTERMATH_MS < start + durationMs)
    return {
      rotations: whole,
      stalls: whole.map(({ at }) => longestIn(stalls, at, at + AFTERMATH_MS)),
      rssBytes: quantile(rss, 0.5),
      spans,
    }
  },
})

/**
 * Times between the end of a turn and the begin of the next. Nothing but the loop itself and what others do in it lies
 * in between, and the loop never waits.
 */
async function run(untilMs: number): Promise<{ stalls: [at: number, ms: number][]; spans: number }> {
  const stalls: [number, number][] = []
  let spans = 0
  while (performance.now() < untilMs) {
    spans++
    await subject.trace('request', async () => {
      for (let turns = 0; turns < TURNS_A_SPAN; turns++) {
        turn(seed++)
        const endMs = performance.now()
        await new Promise(setImmediate)
        const ms = performance.now() - endMs
        if (ms > 0.2) stalls.push([endMs, ms])
      }
    })
  }
  return { stalls, spans }
}

function longestIn(stalls: readonly [at: number, ms: number][], fromMs: number, toMs: number): number {
  let longest = 0
  for (const [at, ms] of stalls) if (at + ms >= fromMs && at <= toMs && ms > longest) longest = ms
  return longest
}
