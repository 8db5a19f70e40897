/** The part of the types of mysql2 and mysql that tests need, and what the contracts ask for. */

import type { EventEmitter } from 'node:events'
import mysqlIntegration from '../../integrations/mysql/index'
import mysql2Integration from '../../integrations/mysql2/index'
import type { Integration } from '../../src/patch/types'
import {
  type Address,
  inCallbacks,
  type Rows,
  type SqlDriver,
  type SqlPlace,
  withEachDatabase,
} from '../contracts/sql/driver'
import { called } from './mysql'

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

type Answer = [unknown[], unknown]

export interface PromiseConnection {
  query(sql: unknown, values?: unknown): Promise<Answer>
  execute(sql: unknown, values?: unknown): Promise<Answer>
  end(): Promise<void>
  release(): void
}

export interface PromiseDriver {
  createConnection(config: object): Promise<PromiseConnection>
  createPool(
    config: object,
  ): Omit<PromiseConnection, 'release'> & { getConnection(): Promise<PromiseConnection> }
}

export interface DriverPlace extends SqlPlace {
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
    withEachDatabase({ integration, service: 'mariadb' }, test => {
      define((name, body) => {
        test(name, place => body(driverPlace(place, integration.name)))
      })
    })
}

function driverPlace(place: SqlPlace, name: string): DriverPlace {
  const { t, address, set } = place
  const load = () => set.require(name) as Driver
  return {
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
  }
}

/** The text that the server is running on `connection` while it answers. */
export const RUNNING = 'SELECT info AS text FROM information_schema.processlist WHERE id = connection_id()'

type Method = 'query' | 'execute'

/** Returns the result of a function with a callback in the style of Node.js. */
const result = async <T>(fn: (callback: Callback) => void): Promise<T> => {
  const [error, value] = await called(fn)
  if (error) throw error
  return value as T
}

const asking =
  (method: Method) =>
  (connection: Connection, sql: unknown): Promise<Rows> =>
    result(callback => connection[method](sql, callback))

/**
 * `methods`: a driver that prepares statements has `execute` too. `wrapped`: names of the methods that are replaced, by
 * file of the package.
 */
export function mysqlDriver(
  integration: Integration,
  methods: Method[],
  wrapped: Record<string, string[]>,
): SqlDriver<Connection, Pool> {
  const { name } = integration
  const prepares = methods.includes('execute')
  const all: Record<Method, SqlDriver<Connection, Pool>['pooled'][string]> = {
    query: (pool, sql) => result(callback => pool.query(sql, [], callback)),
    execute: (pool, sql) => result(callback => pool.execute(sql, [], callback)),
  }
  const events = (target: Connection | Pool, sql: unknown, method: Method = 'query'): Promise<Rows> =>
    new Promise((resolve, reject) => {
      const rows: Rows = []
      const query = (target as Connection)[method](sql)
      query.on('error', reject).on('result', (row: Rows[number]) => rows.push(row))
      query.on('end', () => resolve(rows))
    })
  return {
    integration,
    service: 'mariadb',
    spans: {
      query: 'mysql.query',
      acquire: `${name}.pool.acquire`,
      type: 'mysql',
      service: 'shop-mysql',
      wait: ['db.pool.wait_time_ms', `${name}.pool.wait_time`],
      acquireWait: `${name}.pool.wait_time`,
    },
    running: RUNNING,
    wrong: /Unknown column 'wrong'/,
    async connect(place, config) {
      const connection = driverPlace(place, name).connection(config)
      await result(callback => connection.connect(callback))
      return connection
    },
    pool: (place, config) => driverPlace(place, name).pool(config),
    queries: { 'query()': asking('query'), 'events of query()': (target, sql) => events(target, sql) },
    prepared: prepares
      ? {
          'execute()': asking('execute'),
          'events of execute()': (target, sql) => events(target, sql, 'execute'),
        }
      : {},
    commentsPrepared: true,
    callback: (connection, sql, callback) => connection.query(sql, callback as Callback),
    statement: sql => ({ sql }),
    misuse: (prepares ? [null, undefined] : [null]).map(wrong => connection => connection.query(wrong)),
    askUnreachable: async (place, config) =>
      (await called(callback => driverPlace(place, name).connection(config).query('SELECT 1', callback)))[0],
    pooled: Object.fromEntries(methods.map(method => [`${method}()`, all[method]])),
    inTurn: {
      ...Object.fromEntries(
        methods.map(method => [
          `${method}()`,
          (pool: Pool, statements: readonly string[]) =>
            inCallbacks(statements, (sql, callback) => pool[method](sql, [], callback as Callback)),
        ]),
      ),
      ...(prepares && {
        'events of query()': (pool, statements) =>
          inCallbacks(statements, (sql, callback) =>
            pool
              .query(sql)
              .on('error', callback)
              .on('end', () => callback(null)),
          ),
      }),
      'getConnection()': (pool, statements) =>
        inCallbacks(statements, (sql, callback) =>
          pool.getConnection((_error, connection) => {
            connection.query(sql, (error: unknown) => {
              connection.release()
              callback(error)
            })
          }),
        ),
    },
    acquire: { 'getConnection()': pool => result(callback => pool.getConnection(callback as never)) },
    release: connection => connection.release(),
    end: pool => result(callback => pool.end(callback)),
    showsWait: () => true,
    refusesAtOnce: true,
    wrapped({ set }) {
      const mysql = set.require(name) as Driver
      // Loads what the package loads at its first use.
      mysql.createPoolCluster().of('*')
      const owners = Object.entries(wrapped).map(([file, names]) => {
        const { prototype } = set.require(`./node_modules/${name}/${file}`) as {
          prototype: Record<string, Callback>
        }
        return { prototype, names }
      })
      return {
        read: () => owners.flatMap(({ prototype, names }) => names.map(each => prototype[each])),
        flagged: () => (prepares ? [set.require(name) as object] : []),
      }
    },
  }
}
