/** The tracer's own log. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, mock, test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
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

  test('prints each cause once a minute, with the number of lines that were held back', t => {
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

  test('survives a logger that is async and fails', async () => {
    const rejected: unknown[] = []
    const note = (reason: unknown) => void rejected.push(reason)
    process.on('unhandledRejection', note)
    const warn = async () => {
      throw new Error('logger')
    }
    configureLog({ logLevel: 'warn', debug: false, logger: { warn } })
    log.warn('cause', 'text')
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    assert.deepEqual(rejected, [])
  })

  test('survives a stderr whose reader has gone', async () => {
    const script = `const { log } = require(${JSON.stringify(LOG)})
      process.stdin.once('data', () => {
        log.warn('w', 'text')
        log.error('e', 'text')
        setImmediate(() => setImmediate(() => process.stdout.write('alive', () => process.exit(0))))
      })
      process.stdout.write('ready')`
    const child = spawn(process.execPath, ['-e', script])
    await once(child.stdout, 'data')
    child.stderr.destroy()
    await once(child.stderr, 'close')
    child.stdin.write('go')
    let said = ''
    child.stdout.on('data', data => {
      said += data
    })
    const [code] = await once(child, 'close')
    assert.deepEqual([said, code], ['alive', 0])
  })

  test("a logger that writes to the tracer's log is not called again", () => {
    const lines: string[] = []
    const debug = (text: string) => {
      lines.push(text)
      log.debug('inner')
      log.warn('inner', 'inner')
    }
    configureLog({ logLevel: 'debug', debug: false, logger: { debug } })
    log.debug('outer')
    log.debug('again')
    assert.deepEqual(lines, ['outer', 'again'])
  })

  test('calls the methods of a logger with the logger as this', () => {
    class Sink {
      readonly lines: string[] = []
      warn(text: string): void {
        this.lines.push(text)
      }
    }
    const sink = new Sink()
    configureLog({ logLevel: 'warn', debug: false, logger: sink })
    log.warn('cause', 'text')
    assert.deepEqual(sink.lines, ['text'])
  })

  for (const level of ['info', 'warn', 'error'] as const) {
    test(`falls back to debug where a logger lacks ${level}`, () => {
      const lines: string[] = []
      const logger = { [level]: 'no function' as never, debug: (text: string) => void lines.push(text) }
      configureLog({ logLevel: 'info', debug: false, logger })
      log[level]('cause', 'text')
      assert.deepEqual(lines, ['text'])
    })
  }

  const levels = ['debug', 'info', 'warn', 'error', 'off'] as const
  const asked: [settings: object, env: Record<string, string>, from: (typeof levels)[number]][] = [
    [{}, {}, 'warn'],
    [{}, { DD_TRACE_LOG_LEVEL: 'info' }, 'info'],
    [{ logLevel: 'error' }, { DD_TRACE_LOG_LEVEL: 'info' }, 'error'],
    [{}, { DD_TRACE_DEBUG: 'true' }, 'debug'],
    [{}, { DD_TRACE_DEBUG: 'false', DD_TRACE_LOG_LEVEL: 'info' }, 'info'],
    [{}, { DD_TRACE_DEBUG: 'true', DD_TRACE_LOG_LEVEL: 'error' }, 'error'],
    [{}, { OTEL_LOG_LEVEL: 'debug' }, 'debug'],
    [{}, { OTEL_LOG_LEVEL: 'none' }, 'off'],
    [{}, { DD_TRACE_LOG_LEVEL: 'off' }, 'off'],
  ]
  for (const [options, env, from] of asked) {
    test(`${JSON.stringify({ ...options, ...env })} prints from ${from} on`, () => {
      const lines: string[] = []
      const note = (level: string) => () => void lines.push(level)
      const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
      configureLog(resolveConfig({ ...options, logger }, env))
      log.debug('text')
      for (const level of ['info', 'warn', 'error'] as const) log[level](`cause ${level}`, 'text')
      assert.deepEqual(
        lines,
        levels.slice(levels.indexOf(from)).filter(level => level !== 'off'),
      )
    })
  }

  test('keeps a bounded number of causes, and forgets the oldest', () => {
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
