/** A session with pg: calls of its public API, and everything that an application can observe. */

import { once } from 'node:events'
import { generator, SessionLog } from './session'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any
type Values = unknown[] | undefined
type Form = (step: number, text: string, values: Values) => unknown

export interface PgPackages {
  pg: Loose
  Cursor: Loose
  QueryStream: Loose
}

const STATEMENTS: [string, Values][] = [
  ['SELECT 1 AS x', undefined],
  ['SELECT $1::text AS x, $2::int AS y', ['it`s "quoted" \\ */ é', 2]],
  ['SELECT a, b FROM session_rows ORDER BY a LIMIT 5', undefined],
  ['SELECT a FROM session_rows WHERE a > $1 ORDER BY a LIMIT 3', [2]],
  ['INSERT INTO session_rows (b) VALUES ($1) RETURNING b', ['more']],
  ["UPDATE session_rows SET b = 'changed' WHERE a = 1", undefined],
  ['SELECT NULL AS n, now() IS NULL AS never', undefined],
  ['SELECT wrong', undefined],
  ['SELEC 1', undefined],
  ['SELECT 1 / 0', undefined],
  ['', undefined],
  [' ; ', undefined],
  ['SELECT 1 AS x -- the end', undefined],
  ['/* mine */ SELECT 1 AS x;', undefined],
  ["SELECT '/* no comment */' AS x", undefined],
  ['SELECT 1 AS x; SELECT 2 AS y', undefined],
  ['SELECT 1 AS x; SELECT wrong; SELECT 3', undefined],
  ['SELECT $1::int AS missing', undefined],
  ['SELECT $1::int AS bad', ['no number']],
  ["DO $$ BEGIN RAISE NOTICE 'noticed'; END $$", undefined],
  ['SET application_name = session', undefined],
  ['SELECT generate_series(1, 4) AS g', undefined],
]

/** Numbers of tables, tables of parsers, and in errors the size of the message, whose cursors are numbered. */
const VARYING = /^(tableID|_types|_parsers|length)$/

export async function pgSession(
  packages: PgPackages,
  connectionString: string,
  count: number,
): Promise<string[]> {
  const log = new SessionLog(key => VARYING.test(key))
  const { pg } = packages
  const client = new pg.Client({ connectionString, statement_timeout: 5000 })
  // When the server is ready again depends on how its answer was cut into segments.
  let events: unknown[] = []
  for (const event of ['notice', 'notification', 'drain', 'end', 'error', 'connect'])
    client.on(event, (...args: Loose[]) => events.push([event, args.length, args[0]?.message]))
  const pool = new pg.Pool({ connectionString, max: 1, idleTimeoutMillis: 0 })
  for (const event of ['connect', 'acquire', 'release'])
    pool.on(event, (...args: Loose[]) => log.see('pool', event, args.length))
  looks(log, pg, client, pool)
  log.see('connected', ((await client.connect()) as Loose)?.constructor.name)
  await client.query('CREATE TEMPORARY TABLE session_rows (a serial PRIMARY KEY, b text)')
  await client.query("INSERT INTO session_rows (b) VALUES ('1'), ('2'), ('3')")
  const forms = [...formsOfClient(log, client, packages), ...formsOfPool(log, pool)]
  const pick = generator(11)
  for (let step = 0; step < count; step++) {
    const [text, values] = STATEMENTS[pick(STATEMENTS.length)]
    // Each form once, then as chance has it.
    const form = step < forms.length ? step : pick(forms.length)
    log.see(step, 'form', form, text)
    await forms[form](step, text, values)
    if (!client.readyForQuery) await once(client, 'drain')
    log.see(step, 'events', events)
    events = []
  }
  await endings(log, pg, client, pool, connectionString)
  return log.lines.map(line => line.replace(/portal \\"C_\d+/g, 'portal'))
}

function looks(log: SessionLog, pg: Loose, client: Loose, pool: Loose): void {
  log.see('exports', Object.keys(pg))
  for (const owner of [
    client,
    pool,
    pg.Client.prototype,
    pg.Query.prototype,
    pg.Connection.prototype,
    pg.defaults,
  ]) {
    for (
      let level = owner;
      level !== null && level !== Object.prototype;
      level = Object.getPrototypeOf(level)
    ) {
      for (const name of Object.getOwnPropertyNames(level)) {
        const value = Object.getOwnPropertyDescriptor(level, name)?.value
        if (typeof value === 'function' && value.toString().startsWith('class') === false)
          log.see(name, value)
      }
    }
  }
}

function formsOfClient(log: SessionLog, client: Loose, { pg, Cursor, QueryStream }: PgPackages): Form[] {
  const { seen, withCallback, withPromise } = ways(log)
  const query = (...args: unknown[]) => client.query(...args)
  const frozen = Object.freeze({ text: 'SELECT $1::text AS frozen', values: Object.freeze(['again']) })
  let reads = 0
  const accessor = {
    get text() {
      reads++
      return 'SELECT 1 AS accessor'
    },
  }
  return [
    (step, text, values) => withPromise(step, () => query(text, values)),
    (step, text) => withPromise(step, () => query(text)),
    (step, text, values) => withPromise(step, () => query({ text, values })),
    (step, text, values) => withPromise(step, () => query({ text }, values ?? [])),
    (step, text, values) => withPromise(step, () => query({ text, values, rowMode: 'array' })),
    step => withPromise(step, () => query(frozen)),
    async step => {
      await withPromise(step, () => query(accessor))
      log.see(step, 'reads', reads)
    },
    (step, text, values) => withCallback(step, next => query(text, values ?? [], next)),
    (step, text) => withCallback(step, next => query(text, next)),
    (step, text, values) => withCallback(step, next => query({ text, values }, next)),
    (step, text, values) => withCallback(step, next => query({ text }, values ?? [], next)),
    (step, text, values) => withCallback(step, next => query({ text, values, callback: next })),
    async (step, text, values) => {
      const given = { text, values, mine: { deep: [1] } }
      await withPromise(step, () => query(given))
      log.see(step, 'given', given)
    },
    // Prepared once, then by its name alone; under a name that is taken, another text is refused.
    (step, text, values) => withPromise(step, () => query({ name: `n${text.length}`, text, values })),
    step => withPromise(step, () => query({ name: 'taken', text: `SELECT ${step % 2} AS taken` })),
    (step, text, values) => seen(step, () => new pg.Query(text, values), query),
    (step, text, values) => seen(step, () => new pg.Query({ text, values, rowMode: 'array' }), query),
    async (step, text, values) => {
      const cursor = query(new Cursor(text, values))
      log.see(step, 'cursor', cursor.eventNames(), cursor.constructor.name)
      let failed = false
      for (const rows of [1, 2, 5]) {
        await new Promise<void>(resolve => {
          const returned = cursor.read(rows, function (this: Loose, ...args: unknown[]) {
            log.see(step, 'read', args, this?.constructor?.name)
            failed ||= Boolean(args[0])
            resolve()
          })
          log.see(step, 'read returned', returned)
        })
      }
      // One that failed does not tell when it is closed.
      if (!failed) await log.seeEnd([step, 'closed'], cursor.close())
    },
    async (step, text, values) => {
      const stream = query(new QueryStream(text, values, { batchSize: 2 }))
      log.see(step, 'stream', stream.eventNames(), Object.keys(stream).sort())
      stream.on('data', (row: unknown) => log.see(step, 'row', row))
      for (const event of ['end', 'error', 'close'])
        stream.on(event, (error: unknown) => log.see(step, event, error))
      await once(stream, 'close').catch(() => {})
    },
    // A pipeline: answers come in the order of the calls.
    step =>
      Promise.all(
        ['SELECT 1 AS p', 'SELECT wrong', 'SELECT 3 AS p'].map((text, at) =>
          withCallback(`${step}.${at}`, next => query(text, next)),
        ),
      ),
    async step => {
      for (const text of [
        'BEGIN',
        'INSERT INTO session_rows (b) VALUES (1)',
        step % 2 ? 'COMMIT' : 'ROLLBACK',
      ])
        await withPromise(step, () => query(text))
    },
    async step => {
      await withPromise(step, () => query('LISTEN session'))
      await withPromise(step, () => query("NOTIFY session, 'told'"))
      await withPromise(step, () => query('UNLISTEN session'))
    },
    step => {
      for (const wrong of [undefined, null]) log.seeCall([step, wrong], () => query(wrong))
      log.seeCall([step, 'without this'], () => client.query.call(undefined, 'SELECT 1'))
    },
    (step, _text, values) => withPromise(step, () => query({ values })),
    step =>
      withPromise(step, () => query('SELECT $1::json AS j, $2::bytea AS b', [{ a: [1] }, Buffer.from('b')])),
  ]
}

function formsOfPool(log: SessionLog, pool: Loose): Form[] {
  const { withCallback, withPromise } = ways(log)
  const safe = (text: string) => (text.includes('session_rows') ? 'SELECT 2 AS two' : text)
  return [
    (step, text) => withPromise(step, () => pool.query(safe(text))),
    (step, text, values) => withPromise(step, () => pool.query({ text: safe(text), values })),
    (step, text) => withCallback(step, next => pool.query(safe(text), next)),
    (step, text, values) =>
      withCallback(step, next => pool.query(safe(text), safe(text) === text ? (values ?? []) : [], next)),
    step =>
      new Promise<void>(resolve => {
        const returned = pool.connect(function (this: Loose, ...args: Loose[]) {
          const [error, client, release] = args
          log.see(
            step,
            'got',
            error,
            client?.constructor?.name,
            args.length,
            this?.constructor?.name,
            release,
          )
          client.query('SELECT 4 AS four', (failure: unknown, result: Loose) => {
            log.see(step, 'its rows', failure, result.rows)
            log.see(step, 'release returns', release())
            setImmediate(resolve)
          })
        })
        log.see(step, 'connect returned', returned)
      }),
    async step => {
      const promise = pool.connect()
      log.see(step, promise.constructor.name, Object.keys(promise))
      const client = await promise
      log.see(step, client.eventNames(), Object.keys(client).sort())
      await withPromise(step, () => client.query('SELECT 5 AS five'))
      log.see(step, 'release', client.release, client.release(step % 2 === 0))
      log.seeCall([step, 'released twice'], () => client.release())
    },
    // More than it has clients: in which order do they come back?
    step =>
      Promise.all(
        Array.from({ length: 6 }, (_, at) =>
          pool.query(`SELECT ${at} AS nth`).then((result: Loose) => log.see(step, at, result.rows)),
        ),
      ),
    step => withCallback(step, next => pool.query(next)),
    step => log.see(step, pool.totalCount, pool.idleCount, pool.waitingCount),
  ]
}

function ways(log: SessionLog) {
  return {
    withPromise(step: unknown, call: () => Loose): Promise<unknown> {
      const promise = log.seeCall(step, call) as Loose
      log.see(step, promise instanceof Promise)
      // Two branches: each is called once, in the order in which they were asked for.
      promise?.then?.(
        () => log.see(step, 'first branch'),
        () => log.see(step, 'first branch, failed'),
      )
      return log.seeEnd(step, promise)
    },
    withCallback(step: unknown, call: (callback: (...args: unknown[]) => void) => Loose): Promise<void> {
      return new Promise(resolve => {
        let times = 0
        const returned = log.seeCall(step, () =>
          call(function (this: Loose, ...args) {
            log.see(step, 'callback', ++times, this?.constructor?.name, args.length, args)
            if (times === 1) setImmediate(resolve)
          }),
        )
        // Some misuse is answered by a promise.
        if (returned instanceof Promise) void log.seeEnd(step, returned).then(() => setImmediate(resolve))
      })
    },
    /** A query object with listeners. */
    async seen(step: unknown, make: () => Loose, query: (...args: unknown[]) => unknown): Promise<void> {
      const own = make()
      const returned = query(own)
      log.see(step, returned === own, own.eventNames(), Object.keys(own), own.text)
      for (const event of ['row', 'end', 'error']) {
        own.on(event, function (this: unknown, ...args: unknown[]) {
          log.see(step, event, this === own, args)
        })
      }
      await Promise.race([once(own, 'end'), once(own, 'error')]).catch(() => {})
      await new Promise(resolve => setImmediate(resolve))
      log.see(step, 'keys afterwards', Object.keys(own))
    },
  }
}

async function endings(log: SessionLog, pg: Loose, client: Loose, pool: Loose, url: string): Promise<void> {
  const { withCallback, withPromise } = ways(log)
  await log.seeEnd('end', client.end())
  await withPromise('ended', () => client.query('SELECT 1'))
  await withCallback('ended', next => client.query('SELECT 1', next))
  await log.seeEnd('pool end', pool.end())
  await withPromise('ended pool', () => pool.query('SELECT 1'))
  await withCallback('ended pool', next => pool.query('SELECT 1', next))
  await log.seeEnd('ended twice', pool.end())
  // Killed in the middle of a query.
  const [victim, killer] = [1, 2].map(() => new pg.Client({ connectionString: url }))
  victim.on('error', (error: Error) => log.see('victim', error))
  victim.on('end', () => log.see('victim ended'))
  await Promise.all([victim.connect(), killer.connect()])
  const ended = new Promise(resolve => victim.once('end', resolve))
  const { rows } = await victim.query('SELECT pg_backend_pid() AS pid')
  const sleeping = withPromise('killed', () => victim.query('SELECT pg_sleep(20)'))
  const waiting = withPromise('behind it', () => victim.query('SELECT 1'))
  const asleep = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
  while ((await killer.query(asleep, [rows[0].pid])).rows.length === 0);
  await killer.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
  await Promise.all([sleeping, waiting, ended])
  await killer.end()
  // Nobody listens there.
  const lost = new pg.Pool({ host: '127.0.0.1', port: 1 })
  await withPromise('refused', () => lost.query('SELECT 1'))
  await withCallback('refused', next => lost.query('SELECT 1', next))
  await log.seeEnd('refused', new pg.Client({ host: '127.0.0.1', port: 1 }).connect())
  await lost.end()
}
