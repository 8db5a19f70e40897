/** What a web framework hands in, so that the contract of this folder can be run for it. */

import type { Server } from 'node:http'
import { after, afterEach, before, describe } from 'node:test'
import type { Integration } from '../../../src/patch/types'
import { installLibraries } from '../../libraries/install'
import { type LibrarySet, librarySets } from '../../libraries/sets'
import type { Listening } from '../../support/web-server'
import { type AskOptions, type Seen, type WebShop, webShop } from '../../support/web-shop'

/** Sets up an application for one test. */
export type Build<App> = (app: App) => unknown

export interface Failure<App> {
  title: string
  /** An application whose `GET /pay` fails with `error`. */
  build(app: App, error: Error): unknown
  status: number
  /** Resource of the request's span, where it is not `GET /pay`. */
  resource?: string
}

export interface Framework<App> {
  integration: Integration
  /** Other integrations at work beside it. */
  others?: readonly Integration[]
  /** Names of those among `others` that trace the same requests: they are switched off and on with it. */
  together?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Loads what `build` and the stories below need from a set of libraries. */
  load?(set: LibrarySet, shop: WebShop): void
  /** A server of a fresh application that `build` has set up. */
  serve(set: LibrarySet, build: Build<App>, options?: object): Server | Promise<Server>

  /** Answers `GET /users/<id>` with the text that `reply` returns. */
  answer(app: App, reply: (id: string) => Promise<string>): unknown
  /** Never answers `GET /users/<id>`, and calls `arrived` when such a request has come. */
  wait(app: App, arrived: () => void): unknown
  /** Tag `http.route` of both, where the framework knows one. */
  route: string | undefined

  /** Routes: title, how each is set up, the request that finds it, the resource of its span, and a status other than 200. */
  routes(set: LibrarySet): [string, Build<App>, line: string, resource: string, status?: number][]
  /** Applications that have no `GET /unknown`. */
  unknown: Build<App>[]
  failures(set: LibrarySet): Failure<App>[]
  /** Applications whose `GET /pay` meets an error that is answered with a status below 500. */
  accepted: ((app: App, error: Error) => unknown)[]

  /** Where the integration makes spans of middleware: for `GET /users/7`. */
  middleware?(set: LibrarySet):
    | {
        /** `hear(index)` is called inside of a middleware whose span is the one of that index. */
        build(app: App, error: Error, hear: (index: number) => void): unknown
        /** Resource of the request's span, where it is not that of `answer`. */
        resource?: string
        /** What their spans are called, in order, and whether they have failed. */
        spans: [name: string | RegExp, error: 0 | 1][]
      }
    | undefined
  /** Reads the functions that are replaced. */
  wrapped?(set: LibrarySet): object[]
}

export interface WebPlace<App> {
  readonly set: LibrarySet
  readonly shop: WebShop
  open(build: Build<App>, options?: object): Promise<Listening>
  /** Asks a fresh application once and takes the request's span, which comes first, and those of `more` others. */
  see(build: Build<App>, line: string, more?: number, options?: AskOptions): Promise<Seen>
  /** Stops the tracer, so that everything is put back, and starts it anew. */
  restart(inBetween?: () => void): Promise<void>
}

/** Calls `define` for each set of libraries of `framework`; each test ends with all spans taken. */
export function withEachFramework<App>(
  framework: Framework<App>,
  define: (place: WebPlace<App>, set: LibrarySet) => void,
): void {
  const { integration, others = [], env } = framework
  for (const set of librarySets(integration.name)) {
    describe(set.label, () => {
      let shop: WebShop
      const start = (): void => {
        shop = webShop([integration, ...others], env)
      }
      before(async () => {
        await installLibraries([set])
        start()
        framework.load?.(set, shop)
      })
      afterEach(() => {
        shop.collector.registry.use(integration.name, true)
        shop.collector.assertEmpty()
      })
      after(() => shop.stop())

      const open: WebPlace<App>['open'] = async (build, options) =>
        shop.open(await framework.serve(set, build, options))
      define(
        {
          set,
          get shop() {
            return shop
          },
          open,
          see: async (build, line, more, options) => shop.see(await open(build), line, more, options),
          async restart(inBetween) {
            await shop.stop()
            inBetween?.()
            start()
          },
        },
        set,
      )
    })
  }
}
