/** mysql2 and mysql as their tests use them: no more of their types than they need. */

import type { EventEmitter } from 'node:events'
import mysqlIntegration from '../../integrations/mysql/index'
import mysql2Integration from '../../integrations/mysql2/index'
import type { Integration } from '../../src/patch/types'
import { activeSpan } from '../../src/trace/context'
import { type Address, forEachSet, type Place } from './mysql'

type Callback = (...args: unknown[]) => void
type Ask = (sql: unknown, ...rest: unknown[]) => Query

export interface Query extends EventEmitter {
  sql: string
  onResult: unknown
  stream(options?: object): NodeJS.ReadableStream & EventEmitter
}

export interface Statement {
  execute(values: unknown[] | Callback, callback?: Callback): Query
  close(): unknown
}

export interface Connection extends EventEmitter {
  threadId: number
  config: Address & Record<string, unknown>
  stream: EventEmitter & { destroy(error?: Error): void }
  query: Ask
  execute: Ask
  prepare(sql: unknown, callback: (error: unknown, statement: Statement) => void): unknown
  connect(callback: Callback): void
  ping(callback: Callback): unknown
  beginTransaction(callback: Callback): Query
  commit(callback: Callback): Query
  rollback(callback: Callback): Query
  changeUser(options: object, callback: Callback): unknown
  end(callback?: Callback): unknown
  destroy(): void
  release(): void
}

export interface Pool extends EventEmitter {
  query: Ask
  execute(sql: unknown, ...rest: unknown[]): unknown
  getConnection(callback: (error: Error | null, connection: Connection) => void): void
  end(callback?: Callback): void
}

export interface Namespace {
  query?: Ask
  execute?(sql: unknown, ...rest: unknown[]): unknown
  getConnection: Pool['getConnection']
}

export interface Cluster extends EventEmitter {
  add(name: string, config: object): void
  of(pattern: string): Namespace
  getConnection(pattern: string, callback: (error: Error | null, connection: Connection) => void): void
  end(callback?: Callback): void
}

export interface Driver {
  createConnection(config: object): Connection
  createPool(config: object): Pool
  createPoolCluster(config?: object): Cluster
  Connection: { prototype: object }
}

type Rows = [unknown[], unknown]

export interface PromiseConnection {
  query(sql: unknown, values?: unknown): Promise<Rows>
  execute(sql: unknown, values?: unknown): Promise<Rows>
  end(): Promise<void>
  release(): void
}

export interface PromiseDriver {
  createConnection(config: object): Promise<PromiseConnection>
  createPool(
    config: object,
  ): Omit<PromiseConnection, 'release'> & { getConnection(): Promise<PromiseConnection> }
}

export interface DriverPlace extends Place {
  mysql: Driver
  promised: PromiseDriver
  /** Ended with the test. */
  connection(config?: object): Connection
  pool(config?: object): Pool
}

type Tests = (
  define: (test: (name: string, body: (place: DriverPlace) => Promise<void>) => void) => void,
) => void

/** Declare tests once for each set of versions. */
export const mysqlTests = testsOf(mysqlIntegration)
export const mysql2Tests = testsOf(mysql2Integration)

function testsOf(integration: Integration): Tests {
  return define =>
    forEachSet(integration, test => {
      define((name, body) => {
        test(name, async place => {
          const { t, address, set } = place
          const load = () => set.require(integration.name) as Driver
          await body({
            ...place,
            get mysql() {
              return load()
            },
            get promised() {
              return set.require('mysql2/promise') as PromiseDriver
            },
            connection(config) {
              const connection = load().createConnection({ ...address, ...config })
              connection.on('error', () => {})
              t.after(() => connection.destroy())
              return connection
            },
            pool(config) {
              const pool = load().createPool({ ...address, connectionLimit: 1, ...config })
              t.after(() => pool.end(() => {}))
              return pool
            },
          })
        })
      })
    })
}

/** The text that the server is running on `connection` while it answers. */
export const RUNNING = 'SELECT info AS text FROM information_schema.processlist WHERE id = connection_id()'

/** Resource of the active span. */
export function activeResource(): string | undefined {
  return activeSpan()?.resource
}
