/** Logs in to a MySQL or MariaDB server, as far as a probe needs it. */

import { createHash } from 'node:crypto'
import { converse } from './conversation.js'

/** The authentication plugin that every driver of the last twenty years has. */
export const NATIVE = 'mysql_native_password'

/**
 * Logs in and leaves; rejects with the server's reason. As https://mariadb.com/kb/en/connection/ has it, a packet is
 * `length: u24, sequence: u8, payload`, and the server's first one:
 *
 * | field | bytes |
 * |---|---|
 * | protocol version, 10 (255: an error) | 1 |
 * | server version | to NUL |
 * | connection id | 4 |
 * | salt, first part | 8 |
 * | filler, capabilities, collation, status, capabilities, length of the salt, reserved | 1 + 2 + 1 + 2 + 2 + 1 + 10 |
 * | salt, second part | 12, NUL |
 */
export async function logIn(address: string): Promise<void> {
  const url = new URL(address)
  const password = decodeURIComponent(url.password)
  await converse(url, 3306, async ({ read, write }) => {
    let sequence = 0
    const packet = async () => {
      const header = await read(4)
      sequence = header.readUInt8(3)
      return read(header.readUIntLE(0, 3))
    }
    const answer = (payload: Buffer) => {
      const header = Buffer.alloc(4)
      header.writeUIntLE(payload.length, 0, 3)
      header.writeUInt8(sequence + 1, 3)
      write(Buffer.concat([header, payload]))
    }
    const greeting = await packet()
    if (greeting[0] === 0xff) throw new Error(errorOf(greeting))
    const salt = greeting.indexOf(0, 1) + 5
    const second = salt + 8 + 19
    const scramble = Buffer.concat([
      greeting.subarray(salt, salt + 8),
      greeting.subarray(second, second + 12),
    ])
    answer(login(url, scrambled(password, scramble)))
    let result = await packet()
    if (result[0] === 0xfe) {
      // The user logs in with another plugin than was assumed: 0xfe, its name, NUL, a new salt, NUL.
      const end = result.indexOf(0, 1)
      const plugin = result.toString('latin1', 1, end)
      if (plugin !== NATIVE) throw new Error(`its user logs in with ${plugin}, not ${NATIVE}`)
      answer(scrambled(password, result.subarray(end + 1, end + 21)))
      result = await packet()
    }
    if (result[0] !== 0) throw new Error(errorOf(result))
  })
}

/**
 * Returns the client's answer: capabilities, largest packet, collation, 23 zeros, user, password, database, plugin.
 */
function login(url: URL, response: Buffer): Buffer {
  // CLIENT_LONG_PASSWORD, _CONNECT_WITH_DB, _PROTOCOL_41, _SECURE_CONNECTION, _PLUGIN_AUTH
  const capabilities = 0x1 | 0x8 | 0x200 | 0x8000 | 0x80000
  const head = Buffer.alloc(32)
  head.writeUInt32LE(capabilities, 0)
  head.writeUInt32LE(2 ** 24, 4)
  head.writeUInt8(45, 8) // utf8mb4_general_ci
  const user = decodeURIComponent(url.username)
  const database = url.pathname.slice(1)
  return Buffer.concat([
    head,
    Buffer.from(`${user}\0`),
    Buffer.from([response.length]),
    response,
    Buffer.from(`${database}\0${NATIVE}\0`),
  ])
}

/** Returns SHA1(password) XOR SHA1(salt SHA1(SHA1(password))); nothing for an empty password. */
function scrambled(password: string, salt: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0)
  const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest()
  const once = sha1(Buffer.from(password))
  const mask = sha1(Buffer.concat([salt, sha1(once)]))
  return once.map((byte, index) => byte ^ (mask[index] ?? 0)) as Buffer
}

/** Returns the text of an error packet: 0xff, a code in two bytes, and the text. */
function errorOf(packet: Buffer): string {
  return packet.toString('utf8', 3).replace(/^#...../, '')
}
