/** The MongoDB driver in its tested versions, and a server that can be made to fail. */

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as open, type Server, type Socket } from 'node:net'
import { before, describe, type TestContext, test } from 'node:test'
import mongodb from '../../integrations/mongodb/index'
import type { Integration } from '../../src/patch/types'
import { installLibraries } from '../libraries/install'
import { type LibrarySet, librarySets } from '../libraries/sets'
import { withService } from '../services/service'
import { type CollectOptions, type Collector, collect } from './collect'

// biome-ignore lint/suspicious/noExplicitAny: the types of the driver are not installed
export type Loose = any

export interface MongoPlace {
  readonly set: LibrarySet
  /** The exports of the driver, or of the package that the set is about. */
  readonly library: Loose
  readonly url: string
  readonly collect: (options?: CollectOptions) => Collector
  /** Not connected yet; closed with the test. */
  readonly client: (options?: object, url?: string) => Loose
  /** A database of its own, dropped with the test. */
  readonly database: (client: Loose) => Loose
  readonly proxy: () => Promise<Proxy>
}

type Body = (place: MongoPlace) => Promise<void>

/** Runs `define` for every set of `integration`: its tests get the library, and clean up after themselves. */
export function mongoTests(
  define: (test: (name: string, body: Body) => void, set: LibrarySet) => void,
  integration = 'mongodb',
  integrations: readonly Integration[] = [mongodb],
): void {
  for (const set of librarySets(integration)) {
    describe(set.label, () => {
      before(() => installLibraries([set]))
      define((name, body) => {
        test(
          name,
          withService('mongodb', (t, { url }) => body(place(t, set, url, integrations))),
        )
      }, set)
    })
  }
}

function place(
  t: TestContext,
  set: LibrarySet,
  url: string,
  integrations: readonly Integration[],
): MongoPlace {
  const [name] = Object.keys(set.versions)
  const library = set.require(name) as Loose
  const databases: Loose[] = []
  const closing: (() => unknown)[] = []
  t.after(async () => {
    for (const each of databases) await each.dropDatabase().catch(() => {})
    for (const close of closing.reverse()) await close()
  })
  return {
    set,
    library,
    url,
    collect(options) {
      const collector = collect(integrations, options)
      closing.push(() => collector.stop())
      return collector
    },
    client(options, at = url) {
      const client = new library.MongoClient(at, options)
      closing.push(() => client.close())
      return client
    },
    database(client) {
      const database = client.db(`test_${randomUUID()}`)
      databases.push(database)
      return database
    },
    async proxy() {
      const proxy = await startProxy(new URL(url))
      closing.push(proxy.close)
      return proxy
    },
  }
}

export interface Proxy {
  url: string
  /** Breaks all connections at the next command of this name; with `isSilent` the command is swallowed instead. */
  failAt: (command: string, isSilent?: boolean) => void
  close: () => Promise<void>
}

async function startProxy({ hostname, port }: URL): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let failing: { command: string; isSilent: boolean } | undefined
  const server: Server = createServer(front => {
    const back = open(Number(port), hostname)
    for (const socket of [front, back]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          front.destroy()
          back.destroy()
        })
    }
    front.on('data', bytes => {
      if (failing !== undefined && bytes.includes(`${failing.command}\0`)) {
        if (!failing.isSilent) for (const socket of sockets) socket.destroy()
        return
      }
      back.write(bytes)
    })
    back.pipe(front)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/test`,
    failAt(command, isSilent = false) {
      failing = { command, isSilent }
    },
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
