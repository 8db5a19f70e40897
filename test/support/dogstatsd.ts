/**
 * A DogStatsD server on a real socket, and a strict reader of its datagrams. The reader is written from the published
 * grammar (https://docs.datadoghq.com/developers/dogstatsd/datagram_shell), not from the client's code.
 */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Config, resolveConfig } from '../../src/core/config/resolve'
import { type Metrics, openMetrics } from '../../src/metrics/index'

export interface MetricLine {
  kind: 'metric'
  name: string
  values: string[]
  type: string
  rate: number
  tags: string[]
  /** `c:`, `e:`, `card:` and `T`. */
  fields: Record<string, string>
}

export interface EventLine {
  kind: 'event'
  title: string
  text: string
  tags: string[]
  fields: Record<string, string>
}

export interface CheckLine {
  kind: 'check'
  name: string
  status: number
  tags: string[]
  fields: Record<string, string>
}

export type Line = MetricLine | EventLine | CheckLine

/** Reads a datagram; throws for anything that the grammar does not allow. */
export function readDatagram(datagram: Buffer): Line[] {
  const text = datagram.toString('utf8')
  if (!Buffer.from(text).equals(datagram)) throw new Error('not UTF-8')
  return text.split('\n').map(readLine)
}

function readLine(line: string): Line {
  if (line.startsWith('_e{')) return readEvent(line)
  return line.startsWith('_sc|') ? readCheck(line) : readMetric(line)
}

function readMetric(line: string): MetricLine {
  const match = /^([A-Za-z][A-Za-z0-9_.]{0,199}):([^|]+)\|(c|g|ms|h|d|s)((?:\|[^|]+)*)$/.exec(line)
  if (match === null) throw new Error(`no metric: ${JSON.stringify(line)}`)
  const [, name, value, type, rest] = match
  const values = type === 's' ? [value] : value.split(':')
  for (const each of values) {
    if (type !== 's' && !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(each)) throw new Error(`no number: ${line}`)
  }
  const { tags, fields, rate } = readFields(rest, ['@', '#', 'c:', 'e:', 'card:', 'T'])
  if (fields.T !== undefined && (!/^[1-9]\d*$/.test(fields.T) || !'cg'.includes(type)))
    throw new Error(`no time: ${line}`)
  if (rate !== 1 && !/^(c|h|d|ms)$/.test(type)) throw new Error(`no rate here: ${line}`)
  return { kind: 'metric', name, values, type, rate, tags, fields }
}

function readEvent(line: string): EventLine {
  const match = /^_e\{(\d+),(\d+)\}:/.exec(line)
  if (match === null) throw new Error(`no event: ${line}`)
  const body = Buffer.from(line.slice(match[0].length))
  const [titleBytes, textBytes] = [Number(match[1]), Number(match[2])]
  const title = body.toString('utf8', 0, titleBytes)
  const text = body.toString('utf8', titleBytes + 1, titleBytes + 1 + textBytes)
  const rest = body.toString('utf8', titleBytes + 1 + textBytes)
  if (titleBytes === 0 || body[titleBytes] !== 0x7c) throw new Error(`wrong length: ${line}`)
  if (rest !== '' && !rest.startsWith('|')) throw new Error(`wrong length: ${line}`)
  const { tags, fields } = readFields(rest, ['d:', 'h:', 'k:', 'p:', 's:', 't:', '#', 'c:', 'e:', 'card:'])
  return { kind: 'event', title, text, tags, fields }
}

function readCheck(line: string): CheckLine {
  const match = /^_sc\|([^|]+)\|([0-3])((?:\|[^|]+)*)$/.exec(line)
  if (match === null) throw new Error(`no check: ${line}`)
  const { tags, fields, last } = readFields(match[3], ['d:', 'h:', '#', 'c:', 'e:', 'card:', 'm:'])
  if (fields['m:'.slice(0, 1)] !== undefined && last !== 'm:') throw new Error(`message not last: ${line}`)
  return { kind: 'check', name: match[1], status: Number(match[2]), tags, fields }
}

function readFields(rest: string, allowed: readonly string[]) {
  const fields: Record<string, string> = {}
  let tags: string[] = []
  let rate = 1
  let last = ''
  const seen = new Set<string>()
  for (const field of rest.split('|').slice(1)) {
    const key = allowed.toSorted((a, b) => b.length - a.length).find(each => field.startsWith(each))
    if (key === undefined || seen.has(key)) throw new Error(`field ${JSON.stringify(field)} in ${rest}`)
    seen.add(key)
    last = key
    const value = field.slice(key.length)
    if (key === '#') tags = value.split(',')
    else if (key === '@') rate = Number(value)
    else fields[key.replace(':', '')] = value
  }
  if (tags.some(tag => tag === '')) throw new Error(`empty tag in ${rest}`)
  if (!(rate > 0 && rate <= 1)) throw new Error(`rate in ${rest}`)
  return { fields, tags, rate, last }
}

export interface Sink {
  /** UDP port, or 0. */
  port: number
  packets: Buffer[]
  /** Returns the lines of all packets so far, without the client's own counters. */
  lines(): Line[]
  metrics(): MetricLine[]
  /** Settles once `isThere`. */
  until(isThere: () => boolean): Promise<void>
  close(): Promise<void>
}

const DEADLINE_MS = 10_000

function sinkOf(port: number, close: () => Promise<void>): Sink & { add(packet: Buffer): void } {
  const packets: Buffer[] = []
  const waiting = new Set<() => void>()
  const sink = {
    port,
    packets,
    lines: () => packets.flatMap(readDatagram).filter(line => !isOwn(line)),
    metrics: () => sink.lines().filter(line => line.kind === 'metric'),
    add(packet: Buffer) {
      packets.push(packet)
      for (const check of waiting) check()
    },
    until: (isThere: () => boolean) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`not there: ${packets.map(String).join('\n')}`)),
          DEADLINE_MS,
        )
        const check = (): void => {
          if (!isThere()) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    close,
  }
  return sink
}

function isOwn(line: Line): boolean {
  return line.kind === 'metric' && line.name.startsWith('datadog.dogstatsd.client.')
}

/** Starts a DogStatsD server on a free port of 127.0.0.1, or on `port`. */
export async function udpSink(port = 0, address = '127.0.0.1'): Promise<Sink> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  socket.bind(port, address)
  await once(socket, 'listening')
  const sink = sinkOf(socket.address().port, async () => {
    socket.close()
    await once(socket, 'close')
  })
  socket.on('message', packet => sink.add(packet))
  return sink
}

/** A unix socket that takes frames: four bytes of length, little endian, and a packet. */
export async function streamSink(path: string): Promise<Sink> {
  const connections = new Set<import('node:net').Socket>()
  const server = createServer(connection => {
    connections.add(connection)
    let rest = Buffer.alloc(0)
    connection.on('error', () => {})
    connection.on('data', chunk => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
        const end = 4 + rest.readUInt32LE(0)
        sink.add(Buffer.from(rest.subarray(4, end)))
        rest = rest.subarray(end)
      }
    })
  })
  server.listen(path)
  await once(server, 'listening')
  const sink = sinkOf(0, async () => {
    for (const each of connections) each.destroy()
    server.close()
    await once(server, 'close')
  })
  return sink
}

/** Returns a configuration without tags or origin of this machine; `env` is the whole environment. */
export function metricsConfig(env: Record<string, string>, options: Record<string, unknown> = {}): Config {
  const base = { DD_ORIGIN_DETECTION_ENABLED: 'false', DD_SERVICE: 'shop', DD_VERSION: '1' }
  return resolveConfig(options, { ...base, ...env })
}

export function metricsTo(
  port: number,
  env: Record<string, string> = {},
  options: Record<string, unknown> = {},
): Metrics {
  return openMetrics(metricsConfig({ DD_DOGSTATSD_URL: `udp://127.0.0.1:${port}`, ...env }, options))
}
