/** What a traced service pays: express 5 with three queries a request against a real PostgreSQL. */

import { join } from 'node:path'
import { type Database, ORDER_COUNT, openDatabase } from '../express-pg/database'
import { Child } from '../harness/child'
import { tracingEnvironment } from '../harness/environment'
import { type Member, type Question, type Settings, type Stage, type Values, Void } from '../harness/question'
import { profileFile } from '../harness/self-time'
import { Sink } from '../harness/sink'
import type { Window } from '../harness/window'
import type { Load, LoadResult } from '../processes/load'
import type { Counts } from '../processes/sink-counts'

const REQUESTS = 4000
const CONCURRENCY = 16
/** Well below what any subject can serve, so that latencies are those of the work and not of a queue. */
const RATE = 300
const RATED_REQUESTS = 900
const QUERIES_A_REQUEST = 3
const WARM_UP_REQUESTS = 6000

const WEB = /^(express|web|http)\.(server\.)?request$|^GET /
const QUERY = /^pg\.query|^postgresql\.query$/

export const expressPg: Question = {
  name: 'express-pg',
  title: 'express 5 and pg, 3 queries a request',
  base: 'none',
  figures: [
    {
      key: 'cpu',
      title: 'CPU of the application, seconds for 10 000 requests',
      digits: 2,
      compared: true,
    },
    {
      key: 'garbage',
      title: 'allocated on the heap, kB a request',
      digits: 1,
      compared: true,
    },
    {
      key: 'p50',
      title: `latency at ${RATE} requests a second, median, ms`,
      digits: 2,
      compared: true,
    },
    {
      key: 'p99',
      title: `latency at ${RATE} requests a second, 99th percentile, ms`,
      digits: 2,
      compared: true,
    },
  ],
  subjects: peers => ['none', 'floor', 'tracer', ...(peers ? ['dd-trace', 'opentelemetry'] : [])],
  open,
}

interface Props {
  settings: Settings
  database: Database
  sink: Sink
  load: Child
}

async function open(settings: Settings): Promise<Stage> {
  const database = await openDatabase()
  const props: Props = {
    settings,
    database,
    sink: new Sink(),
    load: new Child('the load', join(__dirname, '../processes/load.js')),
  }
  return {
    start: (subject, generation) => start(props, subject, generation),
    close: async () => {
      await Promise.all([props.sink.close(), props.load.stop()])
      await database.close()
    },
  }
}

async function start(props: Props, subject: string, generation: number): Promise<Member> {
  const { settings, database, sink, load } = props
  const sinkUrl = await sink.open()
  const app = new Child(subject, join(__dirname, '../express-pg/process.js'), {
    args: [subject, database.url],
    env: tracingEnvironment(sinkUrl),
    node: settings.node,
  })
  let windows = 0

  /** Sends requests, and makes sure that each was answered and, where it is traced, has its spans at the sink. */
  const drive = async (count: number, rate?: number, profile?: string) => {
    await sink.reset(sinkUrl)
    const url = await app.ask<string>('url')
    await app.ask('begin', profile)
    const wanted: Load = {
      url,
      path: '/orders/{n}',
      variants: ORDER_COUNT,
      count,
      concurrency: CONCURRENCY,
      rate,
    }
    const result = await load.ask<LoadResult>('run', wanted)
    const window = await app.ask<Window>('end')
    if (result.failed > 0) throw new Void(`${result.failed} of ${count} requests failed`)
    if (subject !== 'none') requireSpans(await sink.arrived(sinkUrl, count * (1 + QUERIES_A_REQUEST)), count)
    return { result, window }
  }

  const measure = async (): Promise<Values> => {
    const profile = profileFile(settings, expressPg.name, subject, generation, windows++)
    const { window } = await drive(REQUESTS, undefined, profile)
    const { result } = await drive(RATED_REQUESTS, RATE)
    return {
      cpu: ((window.cpuUs / 1e6) * 10_000) / REQUESTS,
      garbage: window.allocatedBytes / REQUESTS / 1000,
      p50: result.p50,
      p99: result.p99,
    }
  }
  try {
    // Not counted: in it the code is compiled.
    await drive(WARM_UP_REQUESTS)
  } catch (error) {
    await app.stop()
    throw error
  }
  return { measure, stop: () => app.stop() }
}

function requireSpans({ names, spans, roots }: Counts, requests: number): void {
  let web = 0
  let queries = 0
  for (const [name, count] of Object.entries(names)) {
    if (WEB.test(name)) web += count
    else if (QUERY.test(name)) queries += count
  }
  const wanted = requests * QUERIES_A_REQUEST
  if (web === requests && queries === wanted && roots === requests && spans === web + queries) return
  const found = `${spans} spans: ${roots} roots, ${web} of ${requests} requests, ${queries} of ${wanted} queries`
  throw new Void(`${found} (${Object.keys(names).slice(0, 8).join(', ')})`)
}
