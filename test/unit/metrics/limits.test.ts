/** Packets are filled to the last byte that they may have, and never further, whatever the characters are. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Metrics } from '../../../src/metrics/index'
import { metricsTo, readDatagram, type Sink, udpSink } from '../../support/dogstatsd'

const LIMIT = 8192
/** Characters of one, two, three and four bytes. */
const CHARACTERS = ['x', 'é', '€', '😀']

let sink: Sink
let metrics: Metrics

beforeEach(async () => {
  sink = await udpSink()
  const env = {
    DD_SERVICE: 's',

    DD_DOGSTATSD_TELEMETRY_ENABLED: 'false',
    DD_TRACE_LOG_LEVEL: 'off',
  }
  metrics = metricsTo(sink.port, env)
})

afterEach(async () => {
  await metrics.shutdown()
  await sink.close()
})

/** Returns the packets that `send` causes; a last line, in a packet of its own, tells that all have arrived. */
async function packetsOf(send: () => void): Promise<Buffer[]> {
  send()
  await metrics.flush()
  metrics.client.increment('last')
  await metrics.flush()
  await sink.until(() => sink.packets.some(packet => packet.includes('last:')))
  const packets = sink.packets.filter(packet => !packet.includes('last:'))
  for (const packet of packets) readDatagram(packet)
  return packets
}

/** Returns a text of so many bytes: the character, and as many `y` as are missing. */
function textOf(bytes: number, character: string): string {
  const size = Buffer.byteLength(character)
  return character.repeat(Math.floor(bytes / size)) + 'y'.repeat(bytes % size)
}

for (const character of CHARACTERS) {
  describe(`with ${Buffer.byteLength(character)} bytes a character`, () => {
    const overhead = Buffer.byteLength('a:|s|#service:s,version:1')

    test('a member of a set may fill a packet', async () => {
      const [packet, ...others] = await packetsOf(() =>
        metrics.client.set('a', textOf(LIMIT - overhead, character)),
      )
      assert.equal(packet.length, LIMIT)
      assert.equal(others.length, 0)
    })

    test('a member that is a byte longer is not sent', async () => {
      const send = () => metrics.client.set('a', textOf(LIMIT - overhead + 1, character))
      assert.deepEqual(await packetsOf(send), [])
    })

    test('two members are one packet when they fit, to the byte, and else two', async () => {
      const room = LIMIT - 2 * overhead - 1
      for (const [more, count] of [
        [0, 1],
        [1, 2],
      ]) {
        sink.packets.splice(0)
        const packets = await packetsOf(() => {
          metrics.client.set('a', textOf(4000, character))
          metrics.client.set('a', textOf(room - 4000 + more, character))
        })
        assert.equal(packets.length, count)
        if (count === 1) assert.equal(packets[0].length, LIMIT)
      }
    })

    test('the text of an event is cut to what fits, and no character of it', async () => {
      // The title shifts the text over every remainder.
      for (let title = 1; title <= 4; title++) {
        sink.packets.splice(0)
        const [packet] = await packetsOf(() =>
          metrics.client.event('t'.repeat(title), character.repeat(9000)),
        )
        assert.ok(packet.length <= LIMIT, String(packet.length))
        assert.ok(packet.length > LIMIT - Buffer.byteLength(character), String(packet.length))
        const [event] = readDatagram(packet)
        assert.ok(event.kind === 'event' && event.text.replaceAll(character, '') === '')
      }
    })

    test('the message of a service check may fill a packet', async () => {
      const rest = Buffer.byteLength('_sc|c|0|#service:s,version:1|m:')
      const check = (bytes: number) => () =>
        metrics.client.serviceCheck('c', 'ok', {}, { message: textOf(bytes, character) })
      const [packet] = await packetsOf(check(LIMIT - rest))
      assert.equal(packet.length, LIMIT)
      sink.packets.splice(0)
      assert.deepEqual(await packetsOf(check(LIMIT - rest + 1)), [])
    })

    test('a distribution with long tags fills its line, to the byte, value by value', async () => {
      const tag = `k:${character.repeat(40)}`
      const packets = await packetsOf(() => {
        for (let index = 0; index < 20_000; index++) metrics.client.distribution('d', 5, [tag])
      })
      const full = packets.slice(0, -1)
      assert.ok(full.length > 2)
      // Each value takes two bytes.
      for (const packet of full)
        assert.ok(packet.length <= LIMIT && packet.length > LIMIT - 2, String(packet.length))
    })
  })
}
