/** Records of bunyan, in this process; whole programs are in programs.test.ts. */

import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { type LibrarySet, librarySets } from '../../test/libraries/sets'
import { collectLogs, type LogCollector } from '../../test/support/logged'
import integration from './index'

interface Logger {
  info(...args: unknown[]): void
  child(fields: object): Logger
}
interface Bunyan {
  createLogger(options: object): Logger
  prototype: { _emit: unknown }
}

for (const set of librarySets('bunyan')) describe(set.label, () => checkRecords(set))

function checkRecords(set: LibrarySet): void {
  let collector: LogCollector
  let records: Record<string, unknown>[]

  before(() => installLibraries([set]))
  afterEach(() => collector.stop())

  const load = () => set.require('bunyan') as Bunyan

  function make(options: object = {}): Logger {
    records = []
    const stream = { write: (line: string) => records.push(JSON.parse(line)) }
    return load().createLogger({ name: 'shop', streams: [{ stream }], ...options })
  }

  it('gives each record the ids of its own span', async () => {
    collector = collectLogs(integration)
    const { dd, inParent } = collector
    const logger = make()
    for (let round = 0; round < 2; round++) {
      await inParent(span => {
        logger.child({ a: 1 }).info({ b: 1 }, 'in a span')
        assert.deepEqual(records[round].dd, dd(span))
      })
    }
    logger.info('in none')
    assert.deepEqual(records[2].dd, { service: 'shop', version: '1.2.0', env: 'prod' })
  })

  it('leaves a dd of the application alone, and its records', () => {
    collector = collectLogs(integration)
    const mine = { dd: 'mine' }
    const logger = make()
    logger.info(mine, 'record')
    logger.child(mine).info('fields')
    assert.deepEqual(
      records.map(record => record.dd),
      ['mine', 'mine'],
    )
    const record = { a: 1 }
    logger.info(record, 'record')
    assert.deepEqual(record, { a: 1 })
  })

  it('writes none while it is switched off', () => {
    collector = collectLogs(integration)
    const logger = make()
    collector.inject(false)
    logger.info('off')
    collector.inject(true)
    collector.registry.use('bunyan', false)
    logger.info('off')
    collector.registry.use('bunyan', true)
    logger.info('on')
    assert.deepEqual(
      records.map(record => 'dd' in record),
      [false, false, true],
    )
  })

  it('is undone', () => {
    const original = load().prototype._emit
    collector = collectLogs(integration)
    load()
    assert.notEqual(load().prototype._emit, original)
    collector.stop()
    assert.equal(load().prototype._emit, original)
  })
}
