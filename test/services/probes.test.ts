/** Probes of services, against servers that are not the service. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { definitionOf, serviceNames } from './registry'

/** Probes a server that calls `answer` with each connection. */
async function probe(name: (typeof serviceNames)[number], answer: (socket: Socket) => void): Promise<void> {
  const server = createServer(socket => answer(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    await definitionOf(name).probe(definitionOf(name).compose.url(port))
  } finally {
    server.close()
  }
}

for (const name of serviceNames) {
  test(`${name}: a server of another protocol is refused`, async () => {
    const http = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'
    await assert.rejects(probe(name, socket => socket.resume().end(http)))
  })

  test(`${name}: a server that closes is refused`, async () => {
    await assert.rejects(probe(name, socket => socket.destroy()))
  })
}

test('a server that says nothing is given up', { timeout: 20_000 }, async () => {
  const sockets: Socket[] = []
  const all = serviceNames.map(name => assert.rejects(probe(name, socket => sockets.push(socket.resume()))))
  await Promise.all(all)
  assert.equal(sockets.length, serviceNames.length)
})
