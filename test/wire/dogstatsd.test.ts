/** Metrics, read by a foreign parser of DogStatsD: names, values, types and tags are those of the calls. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DogStatsd } from '../../src/metrics/types'
import { metricsTo, udpSink } from '../support/dogstatsd'
import { missingReader, readLines } from '../support/statsd-reader'

/** The parser's types by method. It knows no sets, and distinguishes `ms` from `h` and `d` only by the unit. */
const TYPES = {
  increment: 'counter',
  gauge: 'gauge',
  histogram: 'observer',
  distribution: 'observer',
  timing: 'observer',
}
const METHODS = Object.keys(TYPES) as (keyof typeof TYPES)[]
const VALUES = [0, 1, 0.5, 1e-9, 1e21, 12.125, Number.MAX_SAFE_INTEGER, 0.1 + 0.2]
/** Pieces of names and tags: no colon, which would begin the value, and nothing that the parser would change. */
const LETTERS = [...'|,\n\r\0#@{}%\u2028\x85€é😀ab'].concat(['\ud800', '|c|', '|#', '_e{1,1}', '_sc', '|T1'])
const CALLS = 3000

test('every call arrives as it was made', { skip: missingReader() }, async t => {
  const sink = await udpSink()
  const metrics = metricsTo(sink.port, { DD_DOGSTATSD_AGGREGATION_ENABLED: 'false' })
  t.after(async () => {
    await metrics.shutdown()
    await sink.close()
  })
  const called: string[] = []
  let state = 1
  // The same numbers in every run (MINSTD).
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const text = (): string => Array.from({ length: 1 + next(8) }, () => LETTERS[next(LETTERS.length)]).join('')
  for (let index = 0; index < CALLS; index++) {
    const method = METHODS[next(METHODS.length)]
    const value = VALUES[next(VALUES.length)]
    const timestamp = next(4) === 0 ? 1_760_000_000 : undefined
    callOne(metrics.client, method, index, value, { key: text() }, timestamp)
    called.push(`n${index} ${TYPES[method]} ${method === 'timing' ? value / 1000 : value}`)
    if (index % 200 === 199) await metrics.flush()
  }
  metrics.client.increment('last')
  await metrics.flush()
  await sink.until(() => sink.packets.some(packet => packet.includes('last:')))
  const lines = readLines(sink.packets)
  assert.deepEqual(
    lines.filter(({ errors }) => errors > 0),
    [],
  )
  const events = lines.flatMap(({ events }) => events).filter(({ name }) => name !== 'last')
  assert.deepEqual(
    events.map(({ name, type, value }) => `${name} ${type} ${rounded(value)}`),
    called.map(each => each.replace(/\S+$/, value => String(rounded(Number(value))))),
  )
  for (const { tags } of events) assert.deepEqual(Object.keys(tags).sort(), ['key', 'service', 'version'])
})

function callOne(
  client: DogStatsd,
  method: keyof typeof TYPES,
  index: number,
  value: number,
  tags: Record<string, string>,
  timestamp: number | undefined,
): void {
  client[method](`n${index}`, value, tags, { timestamp })
}

/** Rounds a value, since the parser divides by 1000 in its own way. */
function rounded(value: number): number {
  return Number(value.toPrecision(12))
}
