/** Exchanges a few messages of a protocol with a server, for probes that have no client library. */

import { once } from 'node:events'
import { connect } from 'node:net'

const TIMEOUT_MS = 3000
/** Larger than any answer to a probe: a longer length is not a length, but text of another protocol. */
const LIMIT_BYTES = 2 ** 20

/** One connection; it ends when the server is silent for three seconds. */
export interface Conversation {
  write(bytes: Uint8Array | string): void
  /** Reads exactly so many bytes; rejects when the server ends first. */
  read(length: number): Promise<Buffer>
  /** Reads up to the next CR LF, and returns the text without it. */
  readLine(): Promise<string>
}

/** Connects to the host and port of `url`, has the talk, and closes, whatever came of it. */
export async function converse(
  url: URL,
  usualPort: number,
  talk: (conversation: Conversation) => Promise<void>,
): Promise<void> {
  const socket = connect(Number(url.port) || usualPort, url.hostname.replace(/[[\]]/g, ''))
  let heard = Buffer.alloc(0)
  let end: Error | undefined
  let wake = () => {}
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
  socket.on('data', (bytes: Buffer) => {
    heard = Buffer.concat([heard, bytes])
    wake()
  })
  socket.on('error', error => {
    end = error
  })
  socket.on('close', () => {
    end ??= new Error('it closed the connection')
    wake()
  })

  const read = async (length: number): Promise<Buffer> => {
    if (length > LIMIT_BYTES) throw new Error('its answer is of another protocol')
    while (heard.length < length) {
      if (end !== undefined) throw end
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    const bytes = heard.subarray(0, length)
    heard = heard.subarray(length)
    return bytes
  }
  const readLine = async () => {
    let line = ''
    while (!line.endsWith('\r\n')) line += (await read(1)).toString('latin1')
    return line.slice(0, -2)
  }
  try {
    await once(socket, 'connect')
    await talk({ write: bytes => socket.write(bytes), read, readLine })
  } finally {
    socket.destroy()
  }
}
