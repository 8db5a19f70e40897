/** Checkpoints: the parent of each, and the time since then. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { checkpointerOf } from '../../../../src/checkpointer'
import { Transport } from '../../../../src/core/transport'
import { MAX_POINTS, StreamBucket } from '../../../../src/export/data-streams/bucket'
import { DataStreamsMonitor } from '../../../../src/export/data-streams/monitor'
import type { Pathway } from '../../../../src/trace/data-streams'
import { activePathway, runWithPathway } from '../../../../src/trace/data-streams'

const OUT = ['direction:out', 'topic:orders', 'type:kafka']
const IN = ['direction:in', 'group:billing', 'topic:orders', 'type:kafka']
const IDENTITY = {
  Env: 'test',
  Service: 'shop',
  Version: '',
  TracerVersion: '1',
  Lang: 'javascript',
  Tags: [],
  ProcessTags: [],
}

function monitorOf(t: TestContext): DataStreamsMonitor {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: 1_700_000_000_000 })
  const transport = new Transport('http://127.0.0.1:1')
  const monitor = new DataStreamsMonitor({ transport, identity: IDENTITY, headers: {} })
  t.after(() => {
    monitor.giveUp()
    transport.close()
  })
  return monitor
}

const hex = ({ hash }: Pathway) => Buffer.from(hash).toString('hex')
const sha = (data: string) => createHash('sha256').update(data).digest().subarray(0, 8)
/** Returns the hash that the format defines: eight bytes of SHA-256 of the text of node and parent. */
const hashOf = (tags: string[], parent: Buffer) =>
  sha(Buffer.concat([sha(`shoptest${tags.join('')}`), parent]).toString())

test('a hash is made of the service, the environment, the tags in any order, and the parent', t => {
  const monitor = monitorOf(t)
  const first = monitor.checkpoint([...OUT].reverse(), undefined, 1)
  const expected = hashOf(OUT, Buffer.alloc(8))
  assert.equal(hex(first), expected.toString('hex'))
  const second = monitor.checkpoint(IN, first, 1)
  assert.equal(hex(second), hashOf(IN, expected).toString('hex'))
  assert.equal(hex(monitor.checkpoint([...OUT, 'manual_checkpoint:true'], undefined, 1)), hex(first))
})

test('times count from the checkpoint before', t => {
  const monitor = monitorOf(t)
  const sent = monitor.checkpoint(OUT, undefined, 1)
  t.mock.timers.tick(300)
  const received = monitor.checkpoint(IN, sent, 1)
  assert.deepEqual([received.startMs, received.edgeStartMs], [1_700_000_000_000, 1_700_000_000_300])
})

test('several messages out of one context continue from the one that was received, or begin a pathway each', t => {
  const monitor = monitorOf(t)
  const root = monitor.checkpoint(OUT, undefined, 1)
  t.mock.timers.tick(50)
  const again = monitor.checkpoint(OUT, root, 1)
  assert.equal(hex(again), hex(root))
  assert.equal(again.startMs, 1_700_000_000_050)
  const received = monitor.checkpoint(IN, root, 1)
  const one = monitor.checkpoint(OUT, received, 1)
  const two = monitor.checkpoint(OUT, one, 1)
  assert.equal(hex(two), hex(one))
  assert.notEqual(hex(one), hex(root))
  assert.equal(two.startMs, root.startMs)
})

test('a pathway of any length holds only its last checkpoints', t => {
  const monitor = monitorOf(t)
  let pathway: Pathway | undefined
  for (let step = 0; step < 10; step++) pathway = monitor.checkpoint(step % 2 ? IN : OUT, pathway, 1)
  assert.equal(pathway?.opposite?.opposite, undefined)
})

test('checkpoints beyond the limit are not counted', () => {
  const bucket = new StreamBucket(0)
  const hash = (index: number) => Buffer.from(String(index).padStart(8, '0'))
  for (let index = 0; index < MAX_POINTS; index++)
    assert.ok(bucket.point(hash(index), Buffer.alloc(8), []) !== undefined)
  assert.equal(bucket.point(hash(MAX_POINTS), Buffer.alloc(8), []), undefined)
  assert.ok(bucket.point(hash(0), Buffer.alloc(8), []) !== undefined, 'a known one still is')
})

test('the largest backlog of a queue counts', () => {
  const bucket = new StreamBucket(0)
  for (const offset of [3, 5, 4]) bucket.backlog(['topic:a'], offset)
  bucket.backlog(['topic:b'], 1)
  assert.deepEqual(bucket.backlogs, [
    { tags: ['topic:a'], offset: 5 },
    { tags: ['topic:b'], offset: 1 },
  ])
})

test('an application sets checkpoints of its own', t => {
  const monitor = monitorOf(t)
  const checkpointer = checkpointerOf(() => monitor)
  const carrier: Record<string, unknown> = {}
  checkpointer.setProduceCheckpoint('sqs', 'orders', carrier)
  assert.match(carrier['dd-pathway-ctx-base64'] as string, /^[\w+/]{27}=$/)
  runWithPathway(
    undefined,
    () => {
      checkpointer.setConsumeCheckpoint('sqs', 'orders', carrier)
      const sent = hashOf(['direction:out', 'topic:orders', 'type:sqs'], Buffer.alloc(8))
      const expected = hashOf(['direction:in', 'topic:orders', 'type:sqs'], sent)
      assert.equal(hex(activePathway() as Pathway), expected.toString('hex'))
    },
    undefined,
    [],
  )
})

test('checkpoints of the application do nothing without monitoring, and never throw', () => {
  const off = checkpointerOf(() => undefined)
  const carrier = {}
  off.setProduceCheckpoint('sqs', 'orders', carrier)
  off.setConsumeCheckpoint('sqs', 'orders', carrier)
  assert.deepEqual(carrier, {})
  const failing = checkpointerOf(() => {
    throw new Error('ours')
  })
  failing.setConsumeCheckpoint('sqs', 'orders', carrier)
})
