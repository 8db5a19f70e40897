/** pg as a driver of an SQL database: the contracts that all such drivers keep. */

import type * as Pg from 'pg'
import { sqlClientContract } from '../../test/contracts/sql/client'
import { sqlCommentContract } from '../../test/contracts/sql/comments'
import { inCallbacks, type Rows, type SqlDriver } from '../../test/contracts/sql/driver'
import { sqlPoolContract } from '../../test/contracts/sql/pool'
import { called } from '../../test/support/pg'
import integration from './index'

type Client = Omit<Pg.Client, 'query'> & {
  query(sql: unknown, callback?: (error: Error, result: Pg.QueryResult) => void): Promise<Pg.QueryResult>
  release(): void
}
type Pool = Pg.Pool
type Methods = Record<string, (...args: unknown[]) => unknown>

const rowsOf = async (answer: Promise<Pg.QueryResult>): Promise<Rows> => (await answer).rows
const textOf = (sql: unknown): string => (typeof sql === 'string' ? sql : (sql as { text: string }).text)

const driver: SqlDriver<Client, Pool> = {
  integration,
  service: 'postgres',
  spans: {
    query: 'pg.query',
    acquire: 'pg.pool.acquire',
    v1: { query: 'postgresql.query', acquire: 'postgresql.pool.acquire' },
    type: 'postgres',
    service: 'shop-postgres',
    wait: ['db.pool.wait_time_ms'],
    metrics: client => ({ 'db.pid': (client as unknown as { processID: number }).processID }),
  },
  running: 'SELECT query AS text FROM pg_stat_activity WHERE pid = pg_backend_pid()',
  wrong: /column "wrong" does not exist/,
  async connect({ t, set, address }, config) {
    const { Client } = set.require('pg') as typeof Pg
    const client = new Client({ ...address, ...config })
    client.on('error', () => {})
    await client.connect()
    t.after(() => client.end())
    return client as unknown as Client
  },
  pool({ t, set, address }, config) {
    const { Pool } = set.require('pg') as typeof Pg
    const pool = new Pool({ ...address, max: 1, ...config })
    pool.on('error', () => {})
    t.after(() => pool.end().catch(() => {}))
    return pool
  },
  queries: {
    'a promise': (client, sql) => rowsOf(client.query(sql)),
    'a callback': (client, sql) => rowsOf(called(callback => client.query(sql, callback))),
    'a query object': (client, sql) => {
      const { Query } = client.constructor as unknown as { Query: new (sql: unknown) => Pg.Query }
      const query = new Query(sql)
      const rows: Rows = []
      void client.query(query)
      return new Promise((resolve, reject) => {
        query.on('row', (row: Rows[number]) => rows.push(row))
        query.on('error', reject)
        query.on('end', () => resolve(rows))
      })
    },
  },
  prepared: {
    'a name': (client, sql) => rowsOf(client.query({ name: textOf(sql).slice(0, 12), text: textOf(sql) })),
  },
  commentsPrepared: true,
  callback: (client, sql, callback) => void client.query(sql, callback),
  statement: text => ({ text }),
  misuse: [
    client => client.query(null),
    client =>
      client.query({
        get text(): string {
          throw new RangeError('mine')
        },
      }),
  ],
  async askUnreachable({ set, address }, config) {
    const { Client } = set.require('pg') as typeof Pg
    const client = new Client({ ...address, ...config })
    client.on('error', () => {})
    const [query] = await Promise.allSettled([client.query('SELECT 1'), client.connect()])
    return query.status === 'rejected' ? query.reason : undefined
  },
  pooled: {
    'a promise': (pool, sql) => pool.query(sql),
    'a callback': (pool, sql) => called(callback => pool.query(sql, callback)),
  },
  inTurn: {
    async promises(pool, statements) {
      for (const sql of statements) await pool.query(sql)
    },
    callbacks: (pool, statements) =>
      inCallbacks(statements, (sql, callback) => pool.query(sql, error => callback(error))),
    async 'connect with a promise'(pool, statements) {
      const client = await pool.connect()
      for (const sql of statements) await client.query(sql)
      client.release()
    },
    'connect with a callback': (pool, statements) =>
      called(done => {
        pool.connect((error, client, release) => {
          if (error || client === undefined) return done(error as Error, undefined)
          const sent = inCallbacks(statements, (sql, callback) =>
            client.query(sql, failed => callback(failed)),
          )
          void sent.finally(release).then(() => done(error as never, undefined), done as never)
        })
      }),
  },
  acquire: {
    'a promise': async pool => (await pool.connect()) as unknown as Client,
    'a callback': pool => called(callback => pool.connect(callback as never)),
  },
  release: client => client.release(),
  end: pool => pool.end(),
  showsWait: () => true,
  refusesAtOnce: true,
  wrapped({ set }) {
    const pg = set.require('pg') as typeof Pg
    const methods: [object, string][] = [
      [pg.Client.prototype, 'query'],
      [pg.Client.prototype, '_pulseQueryQueue'],
      [pg.Query.prototype, 'handleReadyForQuery'],
      [pg.Query.prototype, 'handleError'],
      [pg.Query.prototype, 'submit'],
      [pg.Connection.prototype, 'query'],
      [pg.Connection.prototype, 'parse'],
      [Object.getPrototypeOf(pg.Pool.prototype), 'connect'],
    ]
    return {
      read: () => methods.map(([owner, name]) => (owner as Methods)[name]),
      flagged: () => ['pg', 'pg-pool'].map(name => set.require(name) as object),
    }
  },
}

sqlClientContract(driver)
sqlCommentContract(driver)
sqlPoolContract(driver)
