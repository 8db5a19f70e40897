/** The process that receives datagrams of DogStatsD: keeps each unchanged, and counts the calls in all on request. */

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { serve } from '../harness/serve'
import { countCalls } from './dogstatsd-lines'

/** The kernel gives what it allows. */
const RECEIVE_BYTES = 8 * 1024 * 1024

const sockets = new Map<number, { socket: Socket; packets: Buffer[] }>()

serve({
  async open(): Promise<number> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BYTES })
    const packets: Buffer[] = []
    socket.on('message', packet => packets.push(packet))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    sockets.set(port, { socket, packets })
    return port
  },

  reset(port: number) {
    sockets.get(port)?.packets.splice(0)
  },

  count({ port, name }: { port: number; name: string }) {
    let calls = 0
    for (const packet of sockets.get(port)?.packets ?? []) calls += countCalls(packet.toString(), name)
    return calls
  },
})
