/** The text of DBM comments, with any characters in names. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { dbmComment, dbmMode } from '../../../src/kit/dbm'
import { Site, type Tags } from '../../../src/trace/site'
import { startSpan } from '../../../src/trace/start'
import { testRuntime } from '../../support/runtime'

const site = new Site({ name: 'pg.query', service: 'shop-postgres' })
const spanOf = (tags: Tags) => startSpan(testRuntime(), site, undefined, tags)
const configOf = (options: Record<string, unknown>) =>
  resolveConfig({ service: 'shop', version: '1', ...options }, {})

test('the keys stand in one order, and what is unknown is empty', () => {
  const config = { ...configOf({}), env: undefined, version: undefined }
  assert.equal(
    dbmComment(spanOf({}), 'service', config),
    "/*dddb='',dddbs='shop-postgres',dde='',ddh='',ddps='shop',ddpv=''*/",
  )
})

test('every value is encoded, so that none can end the comment', () => {
  const hostile = "a' */ DROP TABLE x; /* ä\uD800!()"
  const config = configOf({ env: hostile, version: hostile })
  const span = spanOf({ 'db.name': hostile, 'out.host': hostile })
  span.service = hostile
  const comment = dbmComment(span, 'service', config)
  const encoded = 'a%27%20%2A%2F%20DROP%20TABLE%20x%3B%20%2F%2A%20%C3%A4%EF%BF%BD%21%28%29'
  assert.equal(
    comment,
    `/*dddb='${encoded}',dddbs='${encoded}',dde='${encoded}',ddh='${encoded}',ddps='shop',ddpv='${encoded}'*/`,
  )
  assert.equal(decodeURIComponent(encoded), hostile.replace('\uD800', '\uFFFD'))
})

test('a peer that the user named is told apart from one that was computed', () => {
  const config = configOf({ env: 'prod' })
  const given = spanOf({ 'peer.service': 'orders', '_dd.peer.service.source': 'peer.service' })
  assert.match(dbmComment(given, 'service', config), /dddbs='orders'.*,ddprs='orders'\*\/$/)
  const computed = spanOf({ 'peer.service': 'orders', '_dd.peer.service.source': 'db.name' })
  assert.match(
    dbmComment(computed, 'service', config),
    /dddbs='orders',dde='prod',ddh='',ddps='shop',ddpv='1'\*\/$/,
  )
})

test('each configuration has its own texts', () => {
  const span = spanOf({})
  for (const env of ['one', 'two', 'one']) {
    assert.match(dbmComment(span, 'service', configOf({ env })), new RegExp(`dde='${env}'`))
  }
})

test('only full, and only what is not cached, carries the trace', () => {
  const config = configOf({})
  for (const [mode, isCached, carries] of [
    ['full', false, true],
    ['full', true, false],
    ['service', false, false],
    ['dynamic_service', false, false],
  ] as const) {
    const span = spanOf({})
    const comment = dbmComment(span, mode, config, isCached)
    assert.equal(comment.endsWith(`,traceparent='${span.toTraceparent()}'*/`), carries, mode)
    assert.equal(span.tags['_dd.dbm_trace_injected'], carries ? 'true' : undefined)
  }
  assert.equal(dbmComment(spanOf({}), 'disabled', config), '')
})

test('an option that is no mode leaves the setting', () => {
  const config = configOf({ dbmPropagationMode: 'full' })
  assert.equal(dbmMode(undefined, config), 'full')
  assert.equal(dbmMode('everything', config), 'full')
  assert.equal(dbmMode('disabled', config), 'disabled')
})
