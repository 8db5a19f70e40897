/** What the tests of the integrations of MySQL drivers share. */

import { before, describe, type TestContext, test } from 'node:test'
import type { Integration } from '../../src/patch/types'
import { installLibraries } from '../libraries/install'
import { type LibrarySet, librarySets } from '../libraries/sets'
import type { ServiceName } from '../services/registry'
import { withService } from '../services/service'
import { type CollectOptions, type Collector, collect } from './collect'

export const MARIADB: ServiceName = 'mariadb'

export interface Address {
  host: string
  port: number
  user: string
  password: string
  database: string
}

export function addressOf(url: string): Address {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port: Number(port) || 3306,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  }
}

/** The arguments of a callback in the style of Node that is given last. */
export function called(fn: (callback: (...args: unknown[]) => void) => void): Promise<unknown[]> {
  return new Promise(resolve => fn((...args) => resolve(args)))
}

export interface Place {
  /** Undoes at the end of the test what a test must not leave. */
  t: TestContext
  set: LibrarySet
  address: Address
  url: string
  /** Starts the integration, until the test ends. */
  collect(options?: CollectOptions): Collector
}

type LibraryTest = (name: string, body: (place: Place) => Promise<void>) => void

/** Calls `define` for each set of libraries of `integration`, with what it declares its tests with. */
export function forEachSet(
  integration: Integration,
  define: (test: LibraryTest, set: LibrarySet) => void,
): void {
  for (const set of librarySets(integration.name)) {
    describe(set.label, () => {
      before(() => installLibraries([set]))
      define((name, body) => {
        test(
          name,
          withService(MARIADB, (t, { url }) =>
            body({
              t,
              set,
              url,
              address: addressOf(url),
              collect(options) {
                const collector = collect([integration], options)
                t.after(() => collector.stop())
                return collector
              },
            }),
          ),
        )
      }, set)
    })
  }
}
