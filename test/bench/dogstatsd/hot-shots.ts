/**
 * Subject `hot-shots`, which by default sends a datagram for each call: here it fills packets as large as the
 * tracer's.
 */

import { promisify } from 'node:util'
import { requirePeer } from '../harness/peers'
import { type DogstatsdSubject, NAME, type Tags } from './work'

interface StatsD {
  increment(name: string, value: number, tags: Tags): void
  distribution(name: string, value: number, tags: Tags): void
  flush(callback: (error?: Error) => void): void
}

const PACKET_BYTES = 8192
/** Flush interval, equal to the tracer's. */
const FLUSH_MS = 2000

export function create(): DogstatsdSubject {
  const { StatsD } = requirePeer('hot-shots') as { StatsD: new (options: object) => StatsD }
  const { hostname: host, port } = new URL(process.env.DD_DOGSTATSD_URL ?? '')
  const client = new StatsD({
    host,
    port: Number(port),
    maxBufferSize: PACKET_BYTES,
    bufferFlushInterval: FLUSH_MS,
    globalTags: { service: 'bench', env: 'bench', version: '1.0.0' },
  })
  return {
    increment: tags => client.increment(NAME, 1, tags),
    distribution: (value, tags) => client.distribution(NAME, value, tags),
    flush: () => promisify(client.flush.bind(client))(),
  }
}
