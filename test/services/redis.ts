/** Redis for tests: keeps nothing on disk. */

import { existsSync } from 'node:fs'
import { converse } from './conversation.js'
import type { Launch, LaunchPlace, ServiceDefinition } from './definition.js'

const PROGRAM = '/usr/bin/redis-server'

/** `PING` as an inline command, https://redis.io/docs/latest/develop/reference/protocol-spec/ */
async function probe(url: string): Promise<void> {
  await converse(new URL(url), 6379, async ({ write, readLine }) => {
    write('PING\r\n')
    const answer = await readLine()
    if (answer !== '+PONG') throw new Error(`its answer to PING: ${answer}`)
  })
}

function launch({ dir, port }: LaunchPlace): Launch {
  return {
    url: `redis://127.0.0.1:${port}`,
    prepare: [],
    run: {
      command: PROGRAM,
      args: [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir],
        ...['--save', '', '--appendonly', 'no', '--maxmemory', '64mb'],
      ],
    },
    stopSignal: 'SIGKILL',
  }
}

/** Redis, without a password. */
export const redis: ServiceDefinition = {
  name: 'redis',
  urlVariable: 'TEST_REDIS_URL',
  probe,
  compose: { port: 6379, url: port => `redis://127.0.0.1:${port}` },
  program: {
    from: "Debian's package",
    packages: ['redis-server'],
    user: 'redis',
    findBinaries: () => (existsSync(PROGRAM) ? '/usr/bin' : undefined),
    launch,
  },
}
