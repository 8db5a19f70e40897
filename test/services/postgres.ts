/** PostgreSQL for tests: its compose entry, and how to run Debian's package. */

import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Launch, LaunchPlace, ServiceDefinition } from './definition.js'

/** Debian keeps each major version's programs in a directory of its own, outside PATH. */
const DEBIAN_ROOT = '/usr/lib/postgresql'
const CONNECT_TIMEOUT_MS = 3000

async function probe(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  // Without a listener a server that dies under the probe would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ enough: boolean }>(
      'select rolsuper or rolcreatedb as enough from pg_roles where rolname = current_user',
    )
    if (rows[0]?.enough !== true) throw new Error('its user may neither create databases nor is a superuser')
  } finally {
    await client.end()
  }
}

function findBinaries(): string | undefined {
  if (!existsSync(DEBIAN_ROOT)) return undefined
  return readdirSync(DEBIAN_ROOT)
    .sort((a, b) => Number(b) - Number(a))
    .map(version => join(DEBIAN_ROOT, version, 'bin'))
    .find(directory => existsSync(join(directory, 'initdb')) && existsSync(join(directory, 'postgres')))
}

function launch({ binaries, dir, port }: LaunchPlace): Launch {
  const data = join(dir, 'data')
  const passwordFile = join(dir, 'password')
  const password = randomBytes(12).toString('hex')
  // The directory belongs to the server's user alone, so the file may be readable to all inside it.
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o644 })
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    // No unix socket: its default directory may be missing, or not writable.
    unix_socket_directories: '',
    // The data is thrown away, so nothing has to survive a crash.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '16MB',
    max_connections: 200,
  }
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    prepare: [
      {
        command: join(binaries, 'initdb'),
        args: [
          ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
          ...['-E', 'UTF8', '--locale=C', '--no-sync'],
        ],
      },
    ],
    run: {
      command: join(binaries, 'postgres'),
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    },
    // PostgreSQL's "fast shutdown"; SIGTERM would wait until every client has left.
    stopSignal: 'SIGINT',
  }
}

/** PostgreSQL, any version from 13 on. */
export const postgres: ServiceDefinition = {
  name: 'postgres',
  urlVariable: 'TEST_POSTGRES_URL',
  probe,
  compose: { port: 5432, url: port => `postgres://postgres:postgres@127.0.0.1:${port}/postgres` },
  program: { from: "Debian's package", packages: ['postgresql'], user: 'postgres', findBinaries, launch },
}
