/** The server of `profiling-requests`: each request goes through promises, a timer, an immediate, zlib and a stream. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import type { ProfilingSubject } from './subject'

/** The request's own, `load` and `pack`. */
export const SPANS_A_REQUEST = 3

const ROWS = 20
const AWAITS = 10
const compress = promisify<Uint8Array, Buffer>(deflate)

interface Row {
  id: number
  name: string
  price: number
}

/** Starts it on a free loopback port; resolves with its url. */
export function startApp(subject: ProfilingSubject): Promise<string> {
  const server = createServer((req, res) => {
    answer(subject, Number(req.url?.split('/').pop())).then(
      body => res.setHeader('content-type', 'application/octet-stream').end(body),
      () => res.writeHead(500).end(),
    )
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}

async function answer(subject: ProfilingSubject, id: number): Promise<Buffer> {
  const rows = await subject.trace('load', () => load(id))
  await immediate()
  let total = 0
  for (let index = 0; index < AWAITS; index++) total = await added(total, rows, index)
  return subject.trace('pack', () => pack(rows, total))
}

async function load(id: number): Promise<Row[]> {
  await delay(1)
  return Array.from({ length: ROWS }, (_, index) => ({
    id: id * ROWS + index,
    name: `item ${index} of ${id}`,
    price: index * 1.25,
  }))
}

async function added(total: number, rows: readonly Row[], index: number): Promise<number> {
  return total + (rows[index]?.price ?? 0)
}

async function pack(rows: readonly Row[], total: number): Promise<Buffer> {
  const parts: Buffer[] = []
  const toText = new Transform({
    writableObjectMode: true,
    transform(row: Row, _encoding, done) {
      done(null, `${JSON.stringify(row)}\n`)
    },
  })
  await pipeline(Readable.from(rows), toText, async source => {
    for await (const part of source) parts.push(part as Buffer)
  })
  parts.push(Buffer.from(String(total)))
  return compress(Buffer.concat(parts))
}
