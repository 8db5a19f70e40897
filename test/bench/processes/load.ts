/**
 * The load: a given number of keep-alive requests over loopback, either as fast as they are answered or at a rate.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { serve } from '../harness/serve'
import { quantile } from '../harness/statistics'

export interface Load {
  url: string
  /** `{n}` stands for a number from 1 to `variants`. */
  path: string
  variants: number
  count: number
  /** Connections, and requests under way. */
  concurrency: number
  /** Requests a second; absent = each connection sends its next request as soon as it has an answer. */
  rate?: number
}

export interface LoadResult {
  /** Answers with status 200. */
  answered: number
  failed: number
  seconds: number
  /** ms, from the time when the request was due. */
  p50: number
  p99: number
}

serve({ run })

async function run(load: Load): Promise<LoadResult> {
  const pool = new Pool(load.url, {
    connections: load.concurrency,
    pipelining: 1,
  })
  const latencies: number[] = []
  let answered = 0
  let next = 0
  const start = performance.now()

  const send = async (dueAt: number): Promise<void> => {
    const path = load.path.replace('{n}', String((next++ % load.variants) + 1))
    try {
      const { statusCode, body } = await pool.request({ method: 'GET', path })
      await body.dump()
      if (statusCode === 200) answered++
    } catch {
      // Counted: it was not answered.
    }
    latencies.push(performance.now() - dueAt)
  }
  const { rate } = load
  if (rate === undefined) {
    const connection = async (): Promise<void> => {
      while (next < load.count) await send(performance.now())
    }
    await Promise.all(Array.from({ length: load.concurrency }, connection))
  } else await atRate(load.count, rate, start, send)
  const seconds = (performance.now() - start) / 1000
  await pool.close()
  latencies.sort((a, b) => a - b)
  return {
    ...{ answered, failed: load.count - answered, seconds },
    ...{ p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
  }
}

/** Sends on a fixed schedule, whether answers come or not: a stall delays all that were due in it, and shows. */
async function atRate(
  count: number,
  rate: number,
  start: number,
  send: (dueAt: number) => Promise<void>,
): Promise<void> {
  const underWay: Promise<void>[] = []
  for (let index = 0; index < count; index++) {
    const dueAt = start + (index * 1000) / rate
    const waitMs = dueAt - performance.now()
    if (waitMs > 0) await delay(waitMs)
    underWay.push(send(Math.max(dueAt, start)))
  }
  await Promise.all(underWay)
}
