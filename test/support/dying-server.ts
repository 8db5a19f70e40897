/** A server that closes connections in the middle of requests, and a port on which nothing listens. */

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { TestContext } from 'node:test'

/** Gives `answer` to each `request` that it reads, but dies when it reads `deadly`, together with its port. */
export async function dyingServer(
  t: TestContext,
  deadly: string,
  request: RegExp,
  answer: string,
): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.setEncoding('latin1').on('data', (text: string) => {
      if (text.includes(deadly)) {
        server.close()
        socket.destroy()
      } else for (const _ of text.matchAll(request)) socket.write(answer)
    })
  })
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Nobody listens there. */
export async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
