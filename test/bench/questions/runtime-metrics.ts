/** What runtime metrics cost a service that has nothing else to do. */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { Child } from '../harness/child'
import { tracingEnvironment } from '../harness/environment'
import type { Question, Settings } from '../harness/question'

/** Two of the intervals in which they are taken. */
const WINDOW_MS = 20_000
/** The start of the program, and what the tracer puts off until after it. */
const WARM_UP_MS = 5000

export const runtimeMetrics: Question = {
  name: 'runtime-metrics',
  title: 'an idle process whose runtime metrics are sent every ten seconds',
  base: 'tracer',
  figures: [{ key: 'cpu', title: 'CPU of the process, % of a core', digits: 3, compared: 'added' }],
  subjects: () => ['none', 'tracer', 'runtime metrics'],
  async open(settings: Settings) {
    const agent = createSocket('udp4')
    agent.bind(0, '127.0.0.1')
    await once(agent, 'listening')
    return {
      start: subject => start(settings, subject, agent.address().port),
      close: async () => {
        agent.close()
      },
    }
  },
}

async function start({ node }: Settings, subject: string, port: number) {
  const child = new Child(subject, join(__dirname, '../runtime-metrics/process.js'), {
    env: {
      ...tracingEnvironment('http://127.0.0.1:9'),
      BENCH_SUBJECT: subject,
      DD_DOGSTATSD_URL: `udp://127.0.0.1:${port}`,
    },
    node,
  })
  await child.ask('idle', WARM_UP_MS)
  return {
    async measure() {
      return { cpu: ((await child.ask<number>('idle', WINDOW_MS)) / (WINDOW_MS * 1000)) * 100 }
    },
    stop: () => child.stop(),
  }
}
