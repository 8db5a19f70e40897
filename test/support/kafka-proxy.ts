/** A proxy between a client and a Kafka broker, which makes the broker look older, or fail. */

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

const PRODUCE = 0
const API_VERSIONS = 18

export interface ProxyOptions {
  /** The newest version of the Produce API that the client is told of. */
  maxProduceVersion?: number
  /** The first answer to Produce says that the server did not expect that (error -1). */
  firstProduceFails?: boolean
  /** The connection breaks with the first request of Produce. */
  firstProduceBreaks?: boolean
}

export interface KafkaProxy {
  /** For the option of that name: connects to the proxy instead of the broker. */
  socketFactory(options: { onConnect: () => void }): Socket
  /** Names of the requests so far. */
  readonly produceVersions: number[]
}

export async function kafkaProxy(t: TestContext, broker: string, options: ProxyOptions): Promise<KafkaProxy> {
  const [host, port] = broker.split(':')
  const produceVersions: number[] = []
  let failsNext = options.firstProduceFails === true
  const server = createServer(client => {
    const upstream = connect(Number(port), host)
    const requests = new Map<number, { key: number; version: number }>()
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    // A request: size, key of the API, its version, correlation.
    eachFrame(client, frame => {
      const request = { key: frame.readInt16BE(4), version: frame.readInt16BE(6) }
      requests.set(frame.readInt32BE(8), request)
      if (
        request.key === PRODUCE &&
        produceVersions.push(request.version) === 1 &&
        options.firstProduceBreaks
      )
        client.destroy()
      else upstream.write(frame)
    })
    // An answer: size, correlation, and what was asked for.
    eachFrame(upstream, frame => {
      const request = requests.get(frame.readInt32BE(4))
      if (request?.key === API_VERSIONS && options.maxProduceVersion !== undefined)
        limitProduce(frame, options.maxProduceVersion)
      if (request?.key === PRODUCE && failsNext) {
        failsNext = false
        failProduce(frame)
      }
      client.write(frame)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address() as AddressInfo
  return {
    produceVersions,
    socketFactory: ({ onConnect }) => connect(address.port, address.address, onConnect),
  }
}

function eachFrame(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  socket.on('data', data => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      onFrame(Buffer.from(rest.subarray(0, end)))
      rest = rest.subarray(end)
    }
  })
}

/** Versions 0 to 2: error, array of (key, oldest version, newest version), all but its length of 16 bits. */
function limitProduce(frame: Buffer, newest: number): void {
  const count = frame.readInt32BE(10)
  for (let at = 14; at < 14 + count * 6; at += 6) {
    if (frame.readInt16BE(at) === PRODUCE) frame.writeInt16BE(newest, at + 4)
  }
}

/** Array of topics: name, array of (partition, error, …). */
function failProduce(frame: Buffer): void {
  const nameLength = frame.readInt16BE(12)
  frame.writeInt16BE(-1, 14 + nameLength + 4 + 4)
}
