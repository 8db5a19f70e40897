/** Records of winston, in this process; whole programs are in programs.test.ts. */

import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { afterEach, before, describe, it } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { type LibrarySet, librarySets } from '../../test/libraries/sets'
import { collectLogs, type LogCollector } from '../../test/support/logged'
import integration from './index'

type Info = Record<string, unknown>

interface Logger {
  info(...args: unknown[]): void
  write(record: object): void
}
interface Winston {
  createLogger(options: object): Logger
  format: ((transform: (info: Info) => Info) => () => object) & {
    json(): object
    combine(...formats: object[]): object
  }
  transports: { Stream: new (options: object) => object }
  // Only in versions before 3.
  Logger: { new (options: object): Logger; prototype: { add: unknown } }
  Transport: new (options: object) => object
}

for (const set of librarySets('winston')) {
  const isOld = Number.parseInt(set.versions.winston, 10) < 3
  describe(set.label, () => (isOld ? checkMetadata(set) : checkRecords(set)))
}

let collector: LogCollector

function checkRecords(set: LibrarySet): void {
  let records: Info[]
  before(() => installLibraries([set]))
  afterEach(() => collector.stop())

  const load = () => set.require('winston') as Winston

  function make(...formats: object[]): Logger {
    records = []
    const stream = new Writable({
      decodeStrings: false,
      write(line: string, _encoding, done) {
        records.push(JSON.parse(line))
        done()
      },
    })
    const { createLogger, format, transports } = load()
    return createLogger({
      format: format.combine(...formats, format.json()),
      transports: [new transports.Stream({ stream })],
    })
  }

  it('gives each record the ids of its own span', async () => {
    collector = collectLogs(integration)
    const { dd, inParent } = collector
    const logger = make()
    const spans = []
    for (let round = 0; round < 2; round++) {
      await inParent(span => {
        spans.push(dd(span))
        logger.info('in a span', { a: 1 })
      })
    }
    spans.push({ service: 'shop', version: '1.2.0', env: 'prod' })
    logger.info('in none')
    await settled()
    assert.deepEqual(
      records.map(record => record.dd),
      spans,
    )
  })

  it('writes none while it is switched off', async () => {
    collector = collectLogs(integration)
    const logger = make()
    collector.inject(false)
    logger.info('off')
    collector.inject(true)
    collector.registry.use('winston', false)
    logger.info('off')
    collector.registry.use('winston', true)
    logger.info('on')
    await settled()
    assert.deepEqual(
      records.map(record => 'dd' in record),
      [false, false, true],
    )
  })

  it('leaves a dd of the application alone, in records and in formats', async () => {
    collector = collectLogs(integration)
    const logger = make()
    logger.info('metadata', { dd: 'mine' })
    logger.info(Object.assign(new Error('failed'), { dd: 'mine' }))
    await settled()
    assert.deepEqual(
      records.map(record => record.dd),
      ['mine', 'mine'],
    )
    const assigning = load().format(info => Object.assign(info, { dd: 'mine' }))
    const other = make(assigning())
    other.info('plain')
    other.info(new Error('failed'))
    await settled()
    assert.deepEqual(
      records.map(record => record.dd),
      ['mine', 'mine'],
    )
  })

  it('shows formats an error as an error, with what they write on it', async () => {
    collector = collectLogs(integration)
    const seen: unknown[] = []
    const watching = load().format(info => {
      seen.push(info instanceof Error, info.stack, Object.keys(info).sort())
      info.seen = true
      return info
    })
    const error = Object.assign(new TypeError('failed'), { code: 'E' })
    make(watching()).info(error)
    await settled()
    assert.deepEqual(seen, [true, error.stack, ['code', 'dd', 'level']])
    assert.equal((error as { seen?: boolean }).seen, true)
    assert.equal('dd' in error, false)
    assert.equal((records[0].dd as Info).service, 'shop')
  })

  it('does not touch a record that is frozen', async () => {
    collector = collectLogs(integration)
    const copying = load().format(info => ({ ...info }))
    const logger = make(copying())
    const frozen = Object.freeze({ level: 'info', message: 'frozen', [Symbol.for('level')]: 'info' })
    logger.write(frozen)
    await settled()
    assert.deepEqual([records[0].message, (records[0].dd as Info).service], ['frozen', 'shop'])
  })

  it('lets a frozen record fail as it would without us', () => {
    const messageOf = (): string => {
      try {
        make().write(Object.freeze({ level: 'info', message: 'frozen', [Symbol.for('level')]: 'info' }))
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }
    const without = messageOf()
    collector = collectLogs(integration)
    assert.match(without, /not extensible/)
    assert.equal(messageOf(), without)
  })

  it('is undone', () => {
    const { prototype } = set.require('winston/lib/winston/logger.js') as { prototype: { write: unknown } }
    const original = prototype.write
    collector = collectLogs(integration)
    load()
    assert.notEqual(prototype.write, original)
    collector.stop()
    assert.equal(prototype.write, original)
    assert.equal(Object.hasOwn(prototype, 'write'), false)
  })
}

/** Waits until the streams of a logger flow, before which its first records are held back. */
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

function checkMetadata(set: LibrarySet): void {
  let metas: unknown[]
  before(() => installLibraries([set]))
  afterEach(() => collector.stop())

  const load = () => set.require('winston') as Winston

  function make(): Logger {
    metas = []
    const { Logger, Transport } = load()
    class Kept extends Transport {
      name = 'kept'
      level = 'info'
      log(_level: string, _message: string, meta: unknown, callback: (error: null, done: boolean) => void) {
        metas.push(meta)
        callback(null, true)
      }
    }
    return new Logger({ transports: [new Kept({})] })
  }

  it('gives transports the ids of the span of each call', async () => {
    collector = collectLogs(integration)
    const { dd, inParent } = collector
    const logger = make()
    const meta = Object.freeze({ a: 1 })
    await inParent(span => {
      logger.info('in a span', meta)
      assert.deepEqual(metas, [{ a: 1, dd: dd(span) }])
    })
    logger.info('in none')
    assert.deepEqual(metas[1], { dd: { service: 'shop', version: '1.2.0', env: 'prod' } })
    assert.deepEqual(meta, { a: 1 })
  })

  it('leaves a dd of the application alone, and adds none while it is switched off', () => {
    collector = collectLogs(integration)
    const logger = make()
    logger.info('mine', { dd: 'mine' })
    collector.inject(false)
    logger.info('off', { a: 1 })
    logger.info('off')
    assert.deepEqual(metas, [{ dd: 'mine' }, { a: 1 }, {}])
  })

  it('is undone', () => {
    const original = load().Logger.prototype.add
    collector = collectLogs(integration)
    load()
    const logger = make()
    assert.notEqual(load().Logger.prototype.add, original)
    collector.stop()
    assert.equal(load().Logger.prototype.add, original)
    logger.info('after', { a: 1 })
    assert.deepEqual(metas, [{ a: 1 }])
  })
}
