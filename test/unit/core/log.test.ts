/** The tracer's own log. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, mock, test } from 'node:test'
import { configureLog, log } from '../../../src/core/log'
import { catchLog } from '../../support/log-lines'

const LOG = join(__dirname, '../../../src/core/log.js')

describe('the log', () => {
  test('prints warnings and worse to stderr by default', () => {
    const script = `const { log } = require(${JSON.stringify(LOG)})
      log.debug('d'); log.info('i', 'i'); log.warn('w', 'no agent'); log.error('e', 'broken')`
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    assert.equal(stderr, 'tracer: warn: no agent\ntracer: error: broken\n')
    assert.equal(stdout, '')
  })

  test('says each cause once a minute, and then how often it came', t => {
    const lines = catchLog()
    let now = 1000
    t.mock.method(performance, 'now', () => now)
    log.warn('a', 'first')
    log.warn('b', 'other')
    now += 59_999
    log.warn('a', 'second')
    log.warn('a', 'third')
    assert.deepEqual(lines, ['warn: first', 'warn: other'])
    now += 1
    log.warn('a', 'fourth')
    assert.equal(lines[2], 'warn: fourth (2 more since)')
  })

  test('makes the text of a line only when it is printed', () => {
    const text = mock.fn(() => 'text')
    catchLog('warn')
    log.debug(text)
    log.info('cause', text)
    assert.equal(text.mock.callCount(), 0)
    const lines = catchLog('debug')
    log.debug(text)
    log.warn('cause', text)
    log.warn('cause', text)
    assert.equal(text.mock.callCount(), 2)
    assert.deepEqual(lines, ['debug: text', 'warn: text'])
  })

  test('survives a logger and a text that throw', () => {
    const fail = (): never => {
      throw new Error('logger')
    }
    configureLog({ logLevel: 'debug', debug: false, logger: { warn: fail, debug: fail } })
    log.warn('cause', 'text')
    log.debug('text')
    catchLog()
    log.warn('cause', fail)
  })

  test('falls back to debug where a logger lacks a level', () => {
    const lines: string[] = []
    configureLog({ logLevel: 'warn', debug: false, logger: { debug: text => void lines.push(text) } })
    log.error('cause', 'text')
    assert.deepEqual(lines, ['text'])
  })

  test('forgets the oldest of many causes, not its bound', () => {
    const lines = catchLog()
    for (let index = 0; index < 257; index++) log.warn(`cause ${index}`, 'text')
    log.warn('cause 1', 'known')
    log.warn('cause 0', 'forgotten')
    assert.deepEqual(lines.slice(257), ['warn: forgotten'])
  })

  test('is silent when off', () => {
    const lines = catchLog('off')
    log.error('cause', 'text')
    assert.deepEqual(lines, [])
  })
})
