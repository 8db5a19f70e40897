/** What a driver of an SQL database hands in, so that the contracts of this folder can be run for it. */

import type { Integration } from '../../../src/patch/types'
import type { LibrarySet } from '../../libraries/sets'
import type { ServiceName } from '../../services/registry'
import { type ClientPlace, withEachSet } from '../../support/client-sets'
import type { Wrappable } from '../wrappers'

export type Rows = Record<string, unknown>[]

export interface Address {
  host: string
  port: number
  user: string
  password: string
  database: string
}

const DEFAULT_PORTS: Record<string, number> = { 'mysql:': 3306, 'postgres:': 5432, 'postgresql:': 5432 }

export interface SqlPlace extends ClientPlace {
  address: Address
}

/** A way to send a statement: resolves with its rows, rejects with the error that the application gets. */
type Ask<Target> = (target: Target, sql: unknown) => Promise<Rows>

export type Callback = (error: unknown) => void

export interface SqlDriver<Connection, Pool> {
  integration: Integration
  service: ServiceName
  /** What its spans say. */
  spans: {
    query: string
    /** Names in the attribute schema v1, where they differ. */
    v1?: { query: string; acquire: string }
    acquire: string
    /** Tag `db.type`. */
    type: string
    service: string
    /** Tags that tell how long a query waited for its connection. */
    wait: string[]
    /** Tag of an acquisition that tells how long it took. */
    acquireWait?: string
    /** Numbers that each span of `connection` has besides the usual ones. */
    metrics?(connection: Connection): Record<string, number>
  }
  /** A statement that answers with a column `text`: itself, as the server runs it. */
  running: string
  /** What the server says of `SELECT wrong`. */
  wrong: RegExp
  /** An open connection, closed with the test. */
  connect(place: SqlPlace, config?: object): Promise<Connection>
  /** A pool of one connection, closed with the test. */
  pool(place: SqlPlace, config?: object): Pool
  /** Ways to ask a connection whose statements the server parses each time. */
  queries: Record<string, Ask<Connection>>
  /** Ways to ask a connection whose statements are prepared: their comments name no span. */
  prepared: Record<string, Ask<Connection>>
  /** Whether statements that are prepared have comments at all. */
  commentsPrepared: boolean
  /** Sends `sql` and calls `callback` once it is answered, for drivers with callbacks. */
  callback?(connection: Connection, sql: string, callback: Callback): void
  /** `sql` as an object of the application's, which can be frozen. */
  statement(sql: string): object
  /** Calls that throw before there is a query. */
  misuse: ((connection: Connection) => unknown)[]
  /** Asks a connection that is not open, and cannot be, and resolves with the error. */
  askUnreachable?(place: SqlPlace, config: object): Promise<unknown>
  /** Ways to have a pool make a query. */
  pooled: Record<string, (pool: Pool, sql: string) => Promise<unknown>>
  /** Ways to send statements through a pool one after the other, each from where the one before was answered. */
  inTurn: Record<string, (pool: Pool, statements: readonly string[]) => Promise<unknown>>
  /** Ways to ask a pool for a connection. */
  acquire: Record<string, (pool: Pool) => Promise<Connection>>
  release(connection: Connection): unknown
  end(pool: Pool): Promise<unknown>
  /** Whether the pools of a set of libraries show who waits for a connection. */
  showsWait(set: LibrarySet): boolean
  /** Whether a pool fails a query as soon as the server refuses the connection; others try until a time is over. */
  refusesAtOnce: boolean
  /** Functions that the integration replaces, for drivers whose functions are looked at here. */
  wrapped?(place: SqlPlace): Wrappable
}

export type SqlTest = (name: string, body: (place: SqlPlace) => Promise<void>) => void

/** Calls `define` for each set of libraries of `driver`, with what it declares its tests with. */
export function withEachDatabase(
  driver: { integration: Integration; service: ServiceName },
  define: (test: SqlTest, set: LibrarySet) => void,
): void {
  withEachSet(driver.integration, driver.service, (test, set) => {
    define((name, body) => {
      test(name, place => body({ ...place, address: addressOf(place.url) }))
    }, set)
  })
}

export function addressOf(url: string): Address {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port: Number(port) || DEFAULT_PORTS[protocol],
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  }
}

/** Sends each statement from the callback of the one before. */
export function inCallbacks(
  statements: readonly string[],
  send: (sql: string, callback: Callback) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const next = (at: number): void => {
      send(statements[at], error => {
        if (error) reject(error)
        else if (at + 1 < statements.length) next(at + 1)
        else resolve(undefined)
      })
    }
    next(0)
  })
}

/** Returns the error of a promise that must be rejected with one. */
export async function failure(promise: Promise<unknown>): Promise<Error & { code?: string; sql?: string }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw new TypeError(`rejected with ${error}, which is no Error`)
  }
  throw new Error('did not fail')
}
