/** A connection for each way to the agent. */

import type { Way } from '../address'
import type { Connection } from './connection'
import { DatagramConnection } from './datagram'
import { ProxyConnection } from './proxy'
import { StreamConnection } from './stream'
import { UdpConnection } from './udp'

/** `onRefused`: a packet that had left was lost, because nobody listened. */
export function openConnection(way: Way, onRefused: () => void): Connection {
  switch (way.kind) {
    case 'udp':
      return new UdpConnection(way.host, way.port, { lookup: way.lookup, onRefused })
    case 'unixgram':
      return new DatagramConnection(way.path)
    case 'unix':
      return new StreamConnection(way.path)
    case 'proxy':
      return new ProxyConnection(way.url, way.lookup)
  }
}
