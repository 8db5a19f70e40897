/** Lines of pino, in this process; whole programs are in programs.test.ts. */

import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { type LibrarySet, librarySets } from '../../test/libraries/sets'
import { collectLogs, type LogCollector } from '../../test/support/logged'
import integration from './index'

interface Logger {
  info(...args: unknown[]): void
  child(bindings: object): Logger
}
type Pino = (options: object, stream: { write(line: string): void }) => Logger

for (const set of librarySets('pino')) describe(set.label, () => checkLines(set))

function checkLines(set: LibrarySet): void {
  const major = Number.parseInt(set.versions.pino, 10)
  let collector: LogCollector
  let lines: string[]

  before(() => installLibraries([set]))
  afterEach(() => collector.stop())

  function open(options = {}): LogCollector {
    collector = collectLogs(integration, options)
    return collector
  }

  function make(options: object = {}): Logger {
    lines = []
    const stream = { write: (line: string) => lines.push(line), writable: true }
    return (set.require('pino') as Pino)({ base: null, ...options }, stream)
  }

  const records = () => lines.map(line => JSON.parse(line))

  it('gives each line the ids of its own span', async () => {
    const { dd, inParent } = open()
    const logger = make()
    await inParent(span => {
      logger.info('one')
      logger.info({ a: 1 }, 'two')
      assert.deepEqual(
        records().map(record => record.dd),
        [dd(span), dd(span)],
      )
      assert.deepEqual(Object.keys(records()[0].dd), ['trace_id', 'span_id', 'service', 'version', 'env'])
      assert.equal(records()[0].dd.span_id, span.toSpanId())
    })
    await inParent(span => {
      logger.info('three')
      assert.equal(records()[2].dd.trace_id, span.toTraceId(true))
    })
    logger.info('four')
    assert.deepEqual(records()[3].dd, { service: 'shop', version: '1.2.0', env: 'prod' })
  })

  it('writes decimal trace ids when that is wanted', async () => {
    const { inParent } = open({ config: { traceId128BitLoggingEnabled: false } })
    await inParent(span => {
      make().info('one')
      assert.equal(records()[0].dd.trace_id, span.toTraceId())
    })
  })

  it('writes none when logs are sent to a collector', () => {
    open({ config: { otelLogsEnabled: true } })
    make().info('one')
    assert.equal(records()[0].dd, undefined)
  })

  it('writes none while it is switched off', () => {
    const { inject, registry } = open()
    const logger = make()
    logger.info('on')
    inject(false)
    logger.info('off')
    inject(true)
    registry.use('pino', false)
    logger.info('off')
    registry.use('pino', true)
    logger.info('on')
    assert.deepEqual(
      records().map(record => ('dd' in record ? 'on' : 'off')),
      ['on', 'off', 'off', 'on'],
    )
    assert.ok(!lines[1].includes('dd'))
  })

  it('leaves a dd of the application alone, and is not misled by one deeper inside', () => {
    open()
    const logger = make()
    logger.info({ dd: 'mine' }, 'record')
    logger.child({ dd: 'mine' }).info('bindings')
    logger.child({ dd: 'mine' }).info({ a: 1 }, 'bindings')
    for (const line of lines) {
      assert.equal(JSON.parse(line).dd, 'mine')
      assert.equal(line.split('"dd"').length, 2, line)
    }
    logger.child({ inner: { add: 1, dd: 2 } }).info('inner')
    logger.info({ inner: { dd: 2 } }, major > 2 ? '"dd": in a text' : 'text')
    assert.deepEqual(
      records()
        .slice(3)
        .map(record => record.dd.service),
      ['shop', 'shop'],
    )
  })

  it('leaves a dd of mixins and formatters alone', {
    skip: major < 6 && 'there are none before pino 6',
  }, () => {
    open()
    make({ mixin: () => ({ dd: 'mine' }) }).info('mixin')
    assert.equal(lines[0].split('"dd"').length, 2)
    assert.equal(records()[0].dd, 'mine')
    make({ formatters: { log: (record: object) => ({ ...record, dd: 'mine' }) } }).info('formatter')
    assert.equal(lines[0].split('"dd"').length, 2)
    assert.equal(records()[0].dd, 'mine')
    make({ formatters: { log: (record: object) => ({ ...record, b: 1 }) } }).info({ a: 1 }, 'formatter')
    assert.equal(records()[0].dd.service, 'shop')
    make({ nestedKey: 'payload' }).info({ dd: 'mine' }, 'nested')
    if (major >= 7) assert.deepEqual([records()[0].payload.dd, records()[0].dd.service], ['mine', 'shop'])
  })

  it('stands behind the time, and nothing else of the line changes', {
    skip: major < 5 && 'it stands at the end before pino 5',
  }, () => {
    const timestamp = () => ',"time":1'
    open()
    make({ timestamp }).info({ a: 1 }, 'hi')
    assert.match(
      lines[0],
      /^\{"level":30,"time":1,"dd":\{"service":"shop","version":"1.2.0","env":"prod"\},"/,
    )
    make({ timestamp: false }).info('hi')
    assert.match(lines[0], /^\{"level":30,"dd":\{"service":"shop","version":"1.2.0","env":"prod"\},"/)
  })

  it('is undone', { skip: major < 5 && 'the factory of pino before 5 is replaced for good' }, () => {
    const name = 'lib/proto.js'
    const find = (): unknown => {
      const exports = set.require(`pino/${name}`) as object | (() => object)
      const prototype = typeof exports === 'function' ? Object.getPrototypeOf(exports()) : exports
      const symbol = Object.getOwnPropertySymbols(prototype).find(each => each.description === 'pino.asJson')
      return prototype[symbol as symbol]
    }
    const original = find() as { name: string; length: number; __datadog_patch?: boolean }
    open()
    const logger = make()
    const patched = find() as typeof original
    assert.notEqual(patched, original)
    assert.deepEqual(
      [patched.name, patched.length, patched.__datadog_patch],
      [original.name, original.length, true],
    )
    collector.stop()
    assert.equal(find(), original)
    logger.info('after')
    assert.equal(records()[0].dd, undefined)
  })
}
