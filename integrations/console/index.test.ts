/** The console, switched on. A stand-in lies beneath the wrappers and records what the real methods would print. */

import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { format } from 'node:util'
import { collectLogs, type LogCollector } from '../../test/support/logged'
import integration from './index'

const METHODS = ['log', 'info', 'debug', 'warn', 'error'] as const
const originals = METHODS.map(method => console[method])
const SERVICE = '[dd.service=shop dd.env=prod dd.version=1.2.0]'

describe('console', () => {
  let collector: LogCollector
  let printed: string[] = []

  afterEach(() => {
    collector.stop()
    for (const [index, method] of METHODS.entries()) console[method] = originals[index]
    printed = []
  })

  /** Makes the console print into a list from here on. */
  function capture(): void {
    for (const method of METHODS) console[method] = (...args: unknown[]) => printed.push(format(...args))
  }

  function open(isOn = true): LogCollector {
    capture()
    collector = collectLogs(integration, isOn ? { use: { console: true } } : {})
    return collector
  }

  it('is left alone unless it is asked for', () => {
    capture()
    const before = METHODS.map(method => console[method])
    collector = collectLogs(integration)
    require('node:console')
    assert.deepEqual(
      METHODS.map(method => console[method]),
      before,
    )
    console.log('text')
    assert.deepEqual(printed, ['text'])
  })

  it('begins texts with the ids', async () => {
    const { inParent } = open()
    for (const method of METHODS) console[method]('text')
    assert.deepEqual(printed, Array(5).fill(`${SERVICE} text`))
    await inParent(span => {
      console.log('one\ntwo')
      const ids = `dd.trace_id=${span.toTraceId(true)} dd.span_id=${span.toSpanId()}`
      assert.equal(printed[5], `${SERVICE.slice(0, -1)} ${ids}] one\ntwo`)
    })
  })

  it('keeps formats', () => {
    collector = collectLogs(integration, { config: { service: '100%s' } })
    capture()
    collector.registry.use('console', true)
    console.log('%s of %d%%', 'one', 2, { a: 1 })
    console.log('100%')
    const prefix = SERVICE.replace('shop', '100%s')
    assert.deepEqual(printed, [`${prefix} one of 2% { a: 1 }`, `${prefix} 100%`])
  })

  it('adds dd to a line of JSON', () => {
    open()
    const dd = { service: 'shop', version: '1.2.0', env: 'prod' }
    console.log('{"a":1}')
    console.log('{}')
    console.log('{"dd":"mine"}')
    assert.deepEqual(
      printed.map(line => JSON.parse(line)),
      [{ a: 1, dd }, { dd }, { dd: 'mine' }],
    )
    console.log('{ not JSON }')
    assert.equal(printed[3], `${SERVICE} { not JSON }`)
  })

  it('leaves alone what is no text, and tables', () => {
    open()
    const error = new Error('failed')
    console.error(error)
    console.log({ a: 1 })
    console.log()
    console.log('')
    const table = '┌─┐\n└─┘'
    console.log(table)
    assert.deepEqual(printed, [format(error), '{ a: 1 }', '', '', table])
  })

  it('can be switched while the program runs, and is undone', () => {
    const { registry, inject } = open(false)
    const [log] = METHODS.map(method => console[method])
    registry.use('console', true)
    console.log('on')
    inject(false)
    console.log('off')
    inject(true)
    registry.use('console', false)
    console.log('off')
    assert.deepEqual(printed, [`${SERVICE} on`, 'off', 'off'])
    registry.uninstall()
    assert.equal(console.log, log)
  })
})
