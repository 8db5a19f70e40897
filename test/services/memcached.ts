/** Memcached for tests. */

import { existsSync } from 'node:fs'
import { converse } from './conversation.js'
import type { Launch, LaunchPlace, ServiceDefinition } from './definition.js'

const PROGRAM = '/usr/bin/memcached'

/** Asks for the version, https://github.com/memcached/memcached/blob/master/doc/protocol.txt */
async function probe(url: string): Promise<void> {
  await converse(new URL(url), 11211, async ({ write, readLine }) => {
    write('version\r\n')
    const answer = await readLine()
    if (!answer.startsWith('VERSION ')) throw new Error(`its answer to version: ${answer}`)
  })
}

function launch({ port }: LaunchPlace): Launch {
  return {
    url: `memcached://127.0.0.1:${port}`,
    prepare: [],
    run: { command: PROGRAM, args: ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', '64'] },
    stopSignal: 'SIGKILL',
  }
}

/** Memcached, over TCP only. */
export const memcached: ServiceDefinition = {
  name: 'memcached',
  urlVariable: 'TEST_MEMCACHED_URL',
  probe,
  compose: { port: 11211, url: port => `memcached://127.0.0.1:${port}` },
  program: {
    from: "Debian's package",
    packages: ['memcached'],
    user: 'memcache',
    findBinaries: () => (existsSync(PROGRAM) ? '/usr/bin' : undefined),
    launch,
  },
}
