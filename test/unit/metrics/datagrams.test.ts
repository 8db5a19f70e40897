/** Datagrams over unix sockets, to a receiver that is Python's. */

import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { afterEach, describe, test } from 'node:test'
import { loadAddon } from '../../../src/core/native'
import { isUnsupported } from '../../../src/metrics/connection/connection'
import { DatagramConnection } from '../../../src/metrics/connection/datagram'
import { MetricsPipeline } from '../../../src/metrics/pipeline'
import { lineSettings } from '../../../src/metrics/settings'
import { metricsConfig, metricsTo, readDatagram, streamSink } from '../../support/dogstatsd'
import { temporaryFolder } from '../../support/temporary'

/** Prints each datagram in base64, after a line of its own for that it listens; with `hold`, from a line of input on. */
const RECEIVER = `
import base64, os, socket, sys
path, hold = sys.argv[1], sys.argv[2]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
print('listens', flush=True)
if hold == 'hold': sys.stdin.readline()
while True:
    print(base64.b64encode(s.recv(65536)).decode(), flush=True)
`

const addon = loadAddon()
const isOld = typeof addon === 'object' && addon !== null && !('openDatagram' in addon)
const hasPython = spawnSync('python3', ['--version']).status === 0
const missing =
  typeof addon === 'string' ? addon : isOld ? 'the add-on was compiled before' : !hasPython && 'no python3'

interface Receiver {
  packets: Buffer[]
  until(isThere: () => boolean): Promise<void>
  release(): void
  stop(): Promise<void>
}

const running: Receiver[] = []
afterEach(async () => {
  for (const receiver of running.splice(0)) await receiver.stop()
})

async function receive(path: string, hold = false): Promise<Receiver> {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    'python3',
    ['-c', RECEIVER, path, hold ? 'hold' : ''],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const packets: Buffer[] = []
  let text = ''
  let isListening = false
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() as string
    for (const line of lines) {
      if (isListening) packets.push(Buffer.from(line, 'base64'))
      isListening = true
    }
  })
  const receiver: Receiver = {
    packets,
    async until(isThere) {
      const signal = AbortSignal.timeout(10_000)
      while (!isThere()) await once(child.stdout, 'data', { signal })
    },
    release: () => child.stdin.write('\n'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
  running.push(receiver)
  await receiver.until(() => isListening)
  return receiver
}

const newPath = (): string => join(temporaryFolder('dogstatsd-'), 'dsd.socket')
const values = (receiver: Receiver): string[] =>
  receiver.packets.flatMap(readDatagram).flatMap(line => (line.kind === 'metric' ? [line.name] : []))

describe('datagrams over a unix socket', { skip: missing }, () => {
  for (const scheme of ['unix', 'unixgram']) {
    test(`arrive, with ${scheme}: in the URL, as lines that an agent reads`, async () => {
      const path = newPath()
      const receiver = await receive(path)
      const metrics = metricsTo(0, { DD_DOGSTATSD_URL: `${scheme}://${path}` })
      metrics.client.increment('orders', 2, { shop: 'é' })
      for (let index = 0; index < 500; index++)
        metrics.client.distribution(`d${index}`, 1, { long: 'x'.repeat(100) })
      await metrics.flush()
      await receiver.until(() => values(receiver).length === 501)
      assert.ok(receiver.packets.length > 5)
      assert.ok(receiver.packets.every(packet => packet.length <= 8192))
      assert.ok(receiver.packets.toString().includes('orders:2|c|#service:shop,version:1,shop:é'))
      await metrics.shutdown()
    })
  }

  test('go to an agent that has replaced the socket', async () => {
    const path = newPath()
    const first = await receive(path)
    const metrics = metricsTo(0, { DD_DOGSTATSD_URL: `unixgram://${path}`, DD_TRACE_LOG_LEVEL: 'off' })
    metrics.client.increment('before')
    await metrics.flush()
    await first.until(() => values(first).includes('before'))
    // The new one owns the path while the old one still lives.
    rmSync(path)
    const second = await receive(path)
    metrics.client.increment('after')
    await metrics.flush()
    await second.until(() => values(second).includes('after'))
    assert.deepEqual(values(first), ['before'])
    await metrics.shutdown()
  })

  test('are lost and counted without an agent, and the next agent gets later ones', async () => {
    const path = newPath()
    const line = lineSettings(metricsConfig({ DD_TRACE_LOG_LEVEL: 'off' }))
    const endpoints = [{ kind: 'unixgram' as const, path }]
    const pipeline = new MetricsPipeline({ line, aggregation: true, telemetry: false, endpoints })
    pipeline.addLine('gone:1|c')
    await pipeline.flush()
    assert.equal(pipeline.counters.counts.packets_dropped_writer, 1)
    const receiver = await receive(path)
    pipeline.addLine('there:1|c')
    await pipeline.flush()
    await receiver.until(() => values(receiver).includes('there'))
    assert.equal(pipeline.counters.counts.packets_sent, 1)
    await pipeline.close()
  })

  test('never wait for an agent that reads nothing: they are refused, tried again, and then lost', async () => {
    const path = newPath()
    const receiver = await receive(path, true)
    const line = lineSettings(metricsConfig({ DD_TRACE_LOG_LEVEL: 'off' }))
    const pipeline = new MetricsPipeline({
      line,
      aggregation: true,
      telemetry: false,
      endpoints: [{ kind: 'unixgram', path }],
      queueBytes: 100_000_000,
    })
    const { counts } = pipeline.counters
    const text = 'x'.repeat(8000)
    let sent = 0
    while (counts.packets_dropped_writer === 0) {
      pipeline.addLine(`n${sent++}:1|c|#${text}`)
      await pipeline.flush()
    }
    const held = counts.packets_sent
    assert.equal(held + counts.packets_dropped_writer, sent)
    receiver.release()
    await receiver.until(() => receiver.packets.length === held)
    pipeline.addLine('last:1|c')
    await pipeline.flush()
    await receiver.until(() => values(receiver).includes('last'))
    await pipeline.close()
  })

  test('are not sent to a stream socket, which gets frames', async () => {
    const path = newPath()
    const sink = await streamSink(path)
    const metrics = metricsTo(0, { DD_DOGSTATSD_URL: `unix://${path}` })
    metrics.client.increment('x')
    await metrics.flush()
    await sink.until(() => sink.metrics().length === 1)
    await metrics.shutdown()
    await sink.close()
  })

  test('at the exit of the process leave at once', async () => {
    const path = newPath()
    const receiver = await receive(path)
    const connection = new DatagramConnection(path)
    assert.equal(connection.sendNow([Buffer.from('a:1|c'), Buffer.from('b:1|c')]), 2)
    await receiver.until(() => receiver.packets.length === 2)
    connection.close()
    rmSync(path)
    assert.equal(new DatagramConnection(path).sendNow([Buffer.from('a:1|c')]), 0)
  })

  test('a path that is too long, and one that is no socket', async () => {
    const tooLong = new DatagramConnection(`/${'x'.repeat(108)}`)
    await assert.rejects(tooLong.ready() as Promise<void>, error => isUnsupported(error))
    const path = newPath()
    writeFileSync(path, '')
    const connection = new DatagramConnection(path)
    assert.equal(connection.ready(), true)
    const error = await new Promise<Error | null | undefined>(resolve =>
      connection.send(Buffer.from('x'), resolve),
    )
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED')
    connection.close()
    const closed = await new Promise<Error | null | undefined>(resolve =>
      connection.send(Buffer.from('x'), resolve),
    )
    assert.equal((closed as NodeJS.ErrnoException).code, 'EBADF')
  })

  test('the add-on refuses arguments of other types', () => {
    const { openDatagram, sendDatagram, closeDatagram } = addon as Record<
      string,
      (...args: unknown[]) => unknown
    >
    for (const path of [undefined, '', 5, {}]) assert.equal(typeof openDatagram(path), 'number')
    const sender = openDatagram('/nowhere')
    for (const bytes of [undefined, 'x', {}, new Float64Array(1)]) {
      assert.ok((sendDatagram(sender, bytes) as number) > 0)
    }
    assert.ok((sendDatagram({}, Buffer.from('x')) as number) > 0)
    assert.equal(closeDatagram({}), undefined)
    assert.equal(closeDatagram(sender), undefined)
    assert.equal(closeDatagram(sender), undefined)
  })
})

test('there are no datagrams without an add-on, or with an old one', async () => {
  for (const load of [() => 'no build', () => ({})]) {
    const connection = new DatagramConnection('/nowhere', load)
    await assert.rejects(connection.ready() as Promise<void>, error => isUnsupported(error))
    assert.equal(connection.sendNow([Buffer.from('x')]), 0)
  }
})
