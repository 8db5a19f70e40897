/** What the client says of itself, on a clock of the test. */

import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { metricsTo, readDatagram, udpSink } from '../../support/dogstatsd'

const PREFIX = 'datadog.dogstatsd.client.'

test('the client sends its counters every ten seconds if something was called', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  const sink = await udpSink()
  const metrics = metricsTo(sink.port)
  metrics.client.increment('x')
  metrics.client.increment('x')
  metrics.client.increment('5')
  metrics.client.event('x')
  const own = () =>
    sink.packets
      .flatMap(readDatagram)
      .flatMap(line => (line.kind === 'metric' && line.name.startsWith(PREFIX) ? [line] : []))
  mock.timers.tick(9999)
  await metrics.flush()
  assert.equal(own().length, 0)
  mock.timers.tick(1)
  await metrics.flush()
  await sink.until(() => own().length > 0)
  const counts = Object.fromEntries(
    own().map(line => [line.name.slice(PREFIX.length), Number(line.values[0])]),
  )
  assert.equal(counts.metrics, 2)
  assert.equal(counts.events, 1)
  assert.equal(counts.metric_dropped_on_receive, 1)
  assert.equal(counts.packets_sent, 1)
  assert.equal(counts.packets_dropped, 0)
  assert.ok(own()[0].tags.includes('client_transport:udp'))
  const before = own().length
  mock.timers.tick(20_000)
  await metrics.flush()
  metrics.client.increment('last')
  await metrics.flush()
  await sink.until(() => sink.packets.some(packet => packet.includes('last:')))
  assert.equal(own().length, before)
  mock.timers.reset()
  await metrics.shutdown()
  await sink.close()
})

test('the client sends no counters if telemetry is off', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  const sink = await udpSink()
  const metrics = metricsTo(sink.port, { DD_DOGSTATSD_TELEMETRY_ENABLED: 'false' })
  metrics.client.increment('x')
  mock.timers.tick(10_000)
  metrics.client.increment('last')
  await metrics.flush()
  await sink.until(() => sink.packets.some(packet => packet.includes('last:')))
  assert.ok(!sink.packets.some(packet => packet.includes(PREFIX)))
  mock.timers.reset()
  await metrics.shutdown()
  await sink.close()
})
