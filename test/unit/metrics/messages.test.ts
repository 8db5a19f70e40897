/** Events and service checks, read by the reader of the grammar. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Metrics } from '../../../src/metrics/index'
import type { DogStatsd, ServiceCheckStatus } from '../../../src/metrics/types'
import { type Line, metricsTo, type Sink, udpSink } from '../../support/dogstatsd'

let sink: Sink
let metrics: Metrics
let client: DogStatsd

beforeEach(async () => {
  sink = await udpSink()
  metrics = metricsTo(sink.port, {}, { dogstatsd: { prefix: 'shop.' } })
  client = metrics.client
})

afterEach(async () => {
  await metrics.shutdown()
  await sink.close()
})

async function arrived(count: number): Promise<Line[]> {
  await client.flush()
  await sink.until(() => sink.lines().length >= count)
  assert.equal(sink.lines().length, count)
  return sink.lines()
}

describe('events', () => {
  test('have lengths in bytes, of the text as it is sent', async () => {
    client.event('Déploiement 😀', 'v2 is\nlive\r\nnow | here')
    const [event] = await arrived(1)
    assert.deepEqual(event, {
      kind: 'event',
      title: 'Déploiement 😀',
      text: 'v2 is\\nlive\\nnow | here',
      tags: ['service:shop', 'version:1'],
      fields: {},
    })
    assert.ok(String(sink.packets[0]).startsWith('_e{17,23}:'), String(sink.packets[0]))
  })

  test('carry every option', async () => {
    client.event(
      'Deploy',
      'done',
      { a: 1 },
      {
        alertType: 'success',
        priority: 'low',
        timestamp: new Date(1_760_000_000_000),
        hostname: 'web|1',
        aggregationKey: 'k\nl',
        sourceType: 'node',
        cardinality: 'none',
      },
    )
    const [event] = await arrived(1)
    assert.deepEqual(event.tags, ['service:shop', 'version:1', 'a:1'])
    assert.deepEqual(event.fields, {
      d: '1760000000',
      h: 'web_1',
      k: 'k_l',
      p: 'low',
      s: 'node',
      t: 'success',
      card: 'none',
    })
  })

  test('leave out values that the agent does not know', async () => {
    client.event('Deploy', 'done', undefined, { alertType: 'x' as 'info', priority: '' as 'low' })
    assert.deepEqual((await arrived(1))[0].fields, {})
  })

  test('have a long text cut so that the packet is full, whatever the size of its characters', async () => {
    for (const character of ['a', 'é', '€', '😀']) client.event('Long', character.repeat(20_000))
    await arrived(4)
    for (const [index, packet] of sink.packets.entries()) {
      assert.ok(packet.length <= 8192 && packet.length > 8192 - index - 1, String(packet.length))
    }
  })

  test('have no line without a title', async () => {
    client.event('')
    client.event('x')
    assert.equal((await arrived(1)).length, 1)
  })
})

describe('service checks', () => {
  test('have their message last, which cannot begin another field', async () => {
    client.serviceCheck(
      'shop.db',
      'critical',
      { a: 1 },
      {
        message: 'no m: answer\nfrom|d:1',
        timestamp: 1_760_000_000,
        hostname: 'web-1',
      },
    )
    assert.deepEqual(await arrived(1), [
      {
        kind: 'check',
        name: 'shop.db',
        status: 2,
        tags: ['service:shop', 'version:1', 'a:1'],
        fields: { d: '1760000000', h: 'web-1', m: 'no m\\: answer\\nfrom_d:1' },
      },
    ])
  })

  test('take statuses as words and as numbers, and nothing else', async () => {
    const statuses = ['ok', 'warning', 'critical', 'unknown', 0, 1, 2, 3, 4, -1, 1.5, 'length', null]
    for (const status of statuses) client.serviceCheck('x', status as ServiceCheckStatus)
    const lines = await arrived(8)
    assert.deepEqual(
      lines.map(line => (line.kind === 'check' ? line.status : line.kind)),
      [0, 1, 2, 3, 0, 1, 2, 3],
    )
  })
})
