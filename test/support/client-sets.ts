/** Runs each test of a server's clients with every set of libraries, the server, and a collector. */

import { before, describe, type TestContext, test } from 'node:test'
import type { Integration } from '../../src/patch/types'
import { installLibraries } from '../libraries/install'
import { type LibrarySet, librarySets } from '../libraries/sets'
import type { ServiceName } from '../services/registry'
import { withService } from '../services/service'
import { type CollectOptions, type Collector, collect } from './collect'

export interface ClientPlace {
  /** Undoes at the end of the test what a test must not leave. */
  t: TestContext
  set: LibrarySet
  url: string
  host: string
  port: number
  /** Starts the integration, until the test ends. */
  collect(options?: CollectOptions): Collector
}

type ClientTest = (name: string, body: (place: ClientPlace) => Promise<void>) => void

/** Calls `define` for each wanted set of libraries of `integration`, with what it declares its tests with. */
export function withEachSet(
  integration: Integration,
  service: ServiceName,
  define: (test: ClientTest, set: LibrarySet) => void,
  isWanted: (set: LibrarySet) => boolean = () => true,
): void {
  for (const set of librarySets(integration.name).filter(isWanted)) {
    describe(set.label, () => {
      before(() => installLibraries([set]))
      define((name, body) => {
        test(
          name,
          withService(service, (t, { url }) => {
            const { hostname: host, port } = new URL(url)
            return body({
              t,
              set,
              url,
              host,
              port: Number(port),
              collect(options) {
                const collector = collect([integration], options)
                t.after(() => collector.stop())
                return collector
              },
            })
          }),
        )
      }, set)
    })
  }
}
