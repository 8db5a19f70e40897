/** The span of each command, in the context that started it. */

import assert from 'node:assert/strict'
import type * as childProcess from 'node:child_process'
import { once } from 'node:events'
import { after, afterEach, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { activeSpan } from '../../src/trace/context'
import { type Collector, collect, onlyChild, type PlainSpan } from '../../test/support/collect'
import childProcessIntegration from './index'

const commands = require('node:child_process') as typeof childProcess
const prototype = commands.ChildProcess.prototype as childProcess.ChildProcess & { spawn: unknown }
const original = { ...commands }
const originalSpawn = prototype.spawn

describe('child_process', () => {
  let collector: Collector

  before(() => {
    collector = collect([childProcessIntegration])
  })
  afterEach(() => {
    collector.clear()
    collector.registry.use('child_process', true)
  })
  after(() => collector.stop())

  const spanOf = (work: () => unknown): Promise<PlainSpan> => onlyChild(collector, work)
  const shown = ({ resource, meta, error }: PlainSpan): unknown[] => [
    resource,
    meta['cmd.exec'] ?? meta['cmd.shell'],
    meta['cmd.exit_code'],
    error,
    meta['error.message'],
  ]

  it('has name, type, component and service, and no kind', async () => {
    const span = await spanOf(() => commands.execSync('true'))
    assert.equal(span.name, 'command_execution')
    assert.equal(span.type, 'system')
    assert.equal(span.service, 'shop')
    assert.equal(span.meta.component, 'subprocess')
    assert.equal(span.meta['_dd.integration'], 'child_process')
    assert.equal(span.meta['span.kind'], undefined)
    assert.equal(span.metrics['_dd.measured'], undefined)
    assert.equal(span.meta['cmd.truncated'], undefined)
  })

  const failed = 'exited with code 3'
  for (const [title, work, expected] of [
    ['exec', () => promisify(commands.exec)('echo a b'), ['sh', 'echo a b', '0', 0, undefined]],
    ['exec that fails', () => ends(commands.exec('exit 3')), ['sh', 'exit 3', '3', 1, failed]],
    [
      'promisified exec that fails',
      () => rejects(promisify(commands.exec)('exit 3')),
      ['sh', 'exit 3', '3', 1, failed],
    ],
    ['execFile', () => ends(commands.execFile('echo', ['a'])), ['echo', '["echo","a"]', '0', 0, undefined]],
    [
      'promisified execFile that fails',
      () => rejects(promisify(commands.execFile)('sh', ['-c', 'exit 3'])),
      ['sh', '["sh","-c","exit 3"]', '3', 1, failed],
    ],
    [
      'spawn, to which any code is as good as another',
      () => ends(commands.spawn('sh', ['-c', 'exit 3'])),
      ['sh', '["sh","-c","exit 3"]', '3', 0, undefined],
    ],
    [
      'spawn with a shell',
      () => ends(commands.spawn('echo', ['a'], { shell: true })),
      ['sh', 'echo a', '0', 0, undefined],
    ],
    [
      'spawn of nothing',
      () => rejects(once(commands.spawn('nowhere'), 'close')),
      ['nowhere', '["nowhere"]', undefined, 1, 'spawn nowhere ENOENT'],
    ],
    ['execSync', () => commands.execSync('echo a'), ['sh', 'echo a', '0', 0, undefined]],
    [
      'execSync that fails',
      () => throws(() => commands.execSync('exit 3')),
      ['sh', 'exit 3', '3', 1, failed],
    ],
    ['execFileSync', () => commands.execFileSync('echo', ['a']), ['echo', '["echo","a"]', '0', 0, undefined]],
    [
      'execFileSync of nothing',
      () => throws(() => commands.execFileSync('nowhere')),
      ['nowhere', '["nowhere"]', undefined, 1, 'spawnSync nowhere ENOENT'],
    ],
    [
      'spawnSync',
      () => commands.spawnSync('sh', ['-c', 'exit 3']),
      ['sh', '["sh","-c","exit 3"]', '3', 0, undefined],
    ],
    [
      'spawnSync with a shell',
      () => commands.spawnSync('echo a', { shell: true }),
      ['sh', 'echo a', '0', 0, undefined],
    ],
    [
      'spawnSync of nothing',
      () => commands.spawnSync('nowhere', undefined),
      ['nowhere', '["nowhere"]', undefined, 1, 'spawnSync nowhere ENOENT'],
    ],
  ] as [string, () => unknown, unknown[]][]) {
    it(`sees ${title}`, async () => assert.deepEqual(shown(await spanOf(work)), expected))
  }

  it('sees what stopped a command', async () => {
    const span = await spanOf(() => rejects(promisify(commands.exec)('sleep 60', { timeout: 20 })))
    assert.deepEqual(shown(span), ['sh', 'sleep 60', undefined, 1, 'killed by SIGTERM'])
  })

  it('ends with the command, not with a signal that was aborted', async () => {
    const controller = new AbortController()
    const span = await spanOf(async () => {
      const child = commands.spawn('sleep', ['60'], { signal: controller.signal }).on('error', () => {})
      controller.abort()
      await once(child, 'close')
    })
    assert.deepEqual(shown(span), ['sleep', '["sleep","60"]', undefined, 1, 'The operation was aborted'])
  })

  it('sees a fork and its arguments', async () => {
    const span = await spanOf(() => ends(commands.fork(require.resolve('./index'), ['x'])))
    assert.equal(span.resource, process.execPath)
    assert.deepEqual(JSON.parse(span.meta['cmd.exec']).slice(-2), [require.resolve('./index'), 'x'])
  })

  it('calls back in the context of the caller', async () => {
    await collector.inParent(async parent => {
      await new Promise<void>(resolve => {
        commands.exec('true', () => {
          assert.equal(activeSpan(), parent)
          resolve()
        })
      })
      const child = commands.spawn('true')
      await new Promise<void>(resolve => {
        child.on('exit', () => {
          assert.equal(activeSpan(), parent)
          resolve()
        })
      })
    })
  })

  it('makes a trace of its own without a parent', async () => {
    commands.execSync('true')
    const [span] = collector.own()
    assert.equal(span.parentId, '0000000000000000')
  })

  it('says when a command was cut', async () => {
    const span = await spanOf(() => commands.execFileSync('true', ['a'.repeat(3000), 'b'.repeat(3000), 'c']))
    assert.equal(span.meta['cmd.truncated'], 'true')
    assert.equal(JSON.parse(span.meta['cmd.exec']).join('').length, 4096)
  })

  it('passes everything through while it is switched off', async () => {
    collector.registry.use('child_process', { enabled: false })
    await collector.inParent(async () => {
      assert.equal(String(commands.execSync('echo a')), 'a\n')
      assert.equal((await promisify(commands.execFile)('echo', ['b'])).stdout, 'b\n')
    })
    assert.equal(collector.own().length, 0)
  })

  it('puts everything back', () => {
    collector.stop()
    for (const [name, value] of Object.entries(original)) {
      assert.equal((commands as unknown as Record<string, unknown>)[name], value, name)
    }
    assert.equal(prototype.spawn, originalSpawn)
    assert.equal(Object.hasOwn(prototype, 'emit'), false)
  })
})

async function ends(child: childProcess.ChildProcess): Promise<void> {
  await once(child, 'close')
}

async function rejects(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise)
}

function throws(work: () => unknown): void {
  assert.throws(work)
}
