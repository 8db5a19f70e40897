/** Whatever names, tags and texts an application has, every datagram is one that the grammar knows. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DogStatsd, MetricCardinality, MetricTags } from '../../../src/metrics/types'
import { metricsTo, readDatagram, type Sink, udpSink } from '../../support/dogstatsd'

const CALLS = 20_000
/** Separators, line ends, controls, long characters, halves of pairs, and plain letters. */
const PIECES = [
  '|',
  ',',
  ':',
  '#',
  '@',
  '\n',
  '\r',
  '\0',
  '\u2028',
  '\x85',
  ' ',
  'é',
  '€',
  '😀',
  '\ud800',
  '\udc00',
]
  .concat(['_e{1,1}:', '_sc|', '|c', '|#', 'T1', 'm:', '{', '}', '.', '-', '"', "'", '`', '\\', '\\n', '%'])
  .concat([...'abcdefgABC019'])

/** Returns a generator of random numbers, which are equal for an equal seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

for (const aggregation of ['true', 'false']) {
  test(`with aggregation ${aggregation}`, async () => {
    const sink = await udpSink()
    const metrics = metricsTo(sink.port, {
      DD_DOGSTATSD_AGGREGATION_ENABLED: aggregation,
      DD_TAGS: 'team:a|b\nc,x:y',
      DD_EXTERNAL_ENV: 'it-false,cn-a|#b',
      DD_ORIGIN_DETECTION_ENABLED: 'true',
      DD_TRACE_LOG_LEVEL: 'off',
    })
    const random = randomOf(7)
    for (let call = 0; call < CALLS; call++) {
      callOne(metrics.client, random)
      // As many as the socket of a test may hold.
      if (call % 200 === 199) await metrics.flush()
    }
    await metrics.client.serviceCheck('last', 'ok')
    await metrics.flush()
    await sink.until(() => sink.packets.some(packet => packet.includes('_sc|last|')))
    assertValid(sink)
    await metrics.shutdown()
    await sink.close()
  })
}

function assertValid(sink: Sink): void {
  const kinds = new Map<string, number>()
  for (const packet of sink.packets) {
    assert.ok(packet.length <= 8192, String(packet.length))
    for (const line of readDatagram(packet)) {
      const kind = line.kind === 'metric' ? line.type : line.kind
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
  }
  for (const kind of ['c', 'g', 's', 'h', 'd', 'ms', 'event', 'check']) {
    assert.ok((kinds.get(kind) ?? 0) > 100, `${kind}: ${kinds.get(kind)}`)
  }
}

function callOne(client: DogStatsd, random: () => number): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]
  const text = (): string => Array.from({ length: Math.floor(random() * 12) }, () => pick(PIECES)).join('')
  const tags = (): MetricTags => {
    const list = Array.from({ length: Math.floor(random() * 4) }, text)
    return random() < 0.5 ? list : Object.fromEntries(list.map(key => [key, text()]))
  }
  const number = (): number =>
    pick([0, -0, 1, -1.5, 1e21, 1e-9, -1e300, 0.1 + 0.2, Number.MAX_SAFE_INTEGER, Number.NaN, random()])
  const options = {
    sampleRate: pick([undefined, 0.9, 0.999, 1, 7]),
    timestamp: pick([undefined, undefined, 1_760_000_000, new Date(1e12), -1, Number.NaN]),
    cardinality: pick<MetricCardinality | undefined>([undefined, 'low', 'none', 'x|y' as 'low']),
  }
  // Half of the names are valid.
  const name = random() < 0.5 ? 'orders.created' : `a${text()}`
  const method = pick(['increment', 'decrement', 'gauge', 'histogram', 'distribution', 'timing'] as const)
  const which = random()
  if (which < 0.7) client[method](name, number(), tags(), options)
  else if (which < 0.8) client.set(name, text(), tags(), options)
  else if (which < 0.9)
    client.event(text(), text(), tags(), {
      hostname: text(),
      aggregationKey: text(),
      sourceType: text(),
      alertType: pick(['info', 'error', 'x' as 'info']),
      timestamp: options.timestamp,
    })
  else client.serviceCheck(name, pick([0, 1, 2, 3]), tags(), { message: text(), hostname: text() })
}
