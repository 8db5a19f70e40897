/** Loopback ports for servers that cannot choose one themselves. */

import { createServer } from 'node:net'

/** Ports that were handed out. Services start side by side: a port that is not bound yet must not be given twice. */
const given = new Set<number>()

/** Returns a port on 127.0.0.1 that was free a moment ago, and that this process has not handed out before. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') return reject(new Error('no port'))
        if (given.has(address.port)) return resolve(freePort())
        given.add(address.port)
        resolve(address.port)
      })
    })
  })
}
