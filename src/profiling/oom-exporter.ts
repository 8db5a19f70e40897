/** The program that sends the heap profile of a process that is out of memory and waits for this program to end. */

import { readFileSync, writeFileSync } from 'node:fs'
import { Transport } from '../core/transport'
import { compressor } from './compress'
import { type OomHeader, readMessage } from './oom-message'
import { upload } from './upload'

const STDIN = 0

async function main(): Promise<void> {
  const { header, profile } = readMessage(readFileSync(STDIN))
  const bytes = await compressor(header.compression)(profile)
  if (header.url !== undefined) await send(header, header.url, bytes)
  if (header.path !== undefined) writeFileSync(header.path, bytes)
}

async function send({ headers, event, timeoutMs }: OomHeader, url: string, bytes: Uint8Array): Promise<void> {
  const now = Date.now()
  const end = new Date(now).toISOString()
  // The transport's sockets do not keep a process alive; this timer does.
  const alive = setTimeout(() => process.exit(1), timeoutMs)
  const transport = new Transport(url)
  const isOver = (): boolean => Date.now() - now >= timeoutMs
  // A heap profile has no duration, but the intake demands one.
  const start = new Date(now - 1).toISOString()
  await upload({ transport, headers, timeoutMs, isOver }, { ...event, start, end }, [['space.pprof', bytes]])
  transport.close()
  clearTimeout(alive)
}

void main()
