/** Comments that SQL drivers send with statements, by the setting `dbmPropagationMode`. */

import assert from 'node:assert/strict'
import type { CollectOptions } from '../../support/collect'
import { failure, type SqlDriver, type SqlPlace, withEachDatabase } from './driver'

export function sqlCommentContract<Connection, Pool>(driver: SqlDriver<Connection, Pool>): void {
  const { integration, spans, queries, prepared, running } = driver
  const [query] = Object.values(queries)
  const every = Object.entries(queries)

  const settings = (mode: string): CollectOptions => ({
    config: { dbmPropagationMode: mode, env: "*/ DROP '", version: '1+1' },
  })
  /** The comment of `settings`; `trace`: what names the span. */
  const comment = ({ address: { host, database } }: SqlPlace, trace = '') =>
    `/*dddb='${database}',dddbs='${spans.service}',dde='%2A%2F%20DROP%20%27',ddh='${host}',ddps='shop',ddpv='1%2B1'${trace}*/`

  withEachDatabase(driver, test => {
    /** Declares that the statements of each way arrive as `text`, and that their resources have no comment. */
    const arrives = (
      name: string,
      ways: [string, SqlDriver<Connection, Pool>['queries'][string]][],
      options: CollectOptions,
      expected: (place: SqlPlace, span: { traceId: string; spanId: string }) => string,
      isInjected = false,
    ) => {
      for (const [way, ask] of ways) {
        test(`${name}: ${way}`, async place => {
          const collector = place.collect(options)
          const connection = await driver.connect(place)
          const [{ text }] = await ask(connection, running)
          const [span] = await collector.waitFor(1)
          assert.equal(text, expected(place, span))
          assert.equal(span.resource, running)
          assert.equal(span.meta['_dd.dbm_trace_injected'], isInjected ? 'true' : undefined)
        })
      }
    }
    const service = (place: SqlPlace) => `${comment(place)} ${running}`
    const traced = (place: SqlPlace, { traceId, spanId }: { traceId: string; spanId: string }) =>
      `${comment(place, `,traceparent='00-${traceId}-${spanId}-01'`)} ${running}`
    const ofPrepared = driver.commentsPrepared ? service : () => running

    arrives('disabled: no comment', every, settings('disabled'), () => running)
    for (const mode of ['service', 'dynamic_service'])
      arrives(`${mode}: a comment names who asks`, every, settings(mode), service)
    arrives('full: the comment names the span', every, settings('full'), traced, true)
    for (const mode of ['service', 'full'])
      arrives(`${mode}: prepared`, Object.entries(prepared), settings(mode), ofPrepared)
    arrives(
      'a comment can be appended',
      every,
      { ...settings('service'), use: { [integration.name]: { appendComment: true } } },
      place => `${running} ${comment(place)}`,
    )

    test('the sampling decision is made when a statement is sent that names its span', async place => {
      const collector = place.collect(settings('full'))
      const connection = await driver.connect(place)
      collector.runtime.sampler = { decide: trace => trace.setDecision(0, 1) }
      await collector.inParent(async parent => {
        const [{ text }] = await query(connection, running)
        assert.match(String(text), /,traceparent='00-[0-9a-f]{32}-[0-9a-f]{16}-00'\*\/ /)
        assert.equal(parent.trace.priority, 0)
      })
    })

    test('no object of the application is changed, each time the comment is added to its own text', async place => {
      const collector = place.collect(settings('full'))
      const connection = await driver.connect(place)
      const own = Object.freeze(driver.statement(running))
      for (let time = 0; time < 3; time++) {
        const [{ text }] = await query(connection, own)
        const spans = await collector.waitFor(time + 1)
        assert.equal(text, traced(place, spans[time]))
      }
    })

    test('an error tells the statement without the comment', async place => {
      place.collect(settings('full'))
      const connection = await driver.connect(place)
      const { sql } = await failure(query(connection, 'SELECT wrong'))
      assert.ok(sql === undefined || (sql.startsWith('SELECT wrong') && !sql.includes('dddb')), sql)
    })
  })
}
