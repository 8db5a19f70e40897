/** Opens the connection of an endpoint. */

import type { MetricsEndpoint } from '../endpoints'
import type { Connection } from './connection'
import { DatagramConnection } from './datagram'
import { ProxyConnection } from './proxy'
import { StreamConnection } from './stream'
import { UdpConnection } from './udp'

/**
 * Opens a connection to the endpoint. `onRefused` is called when a packet that had left was lost, as nothing listened.
 */
export function openConnection(endpoint: MetricsEndpoint, onRefused: () => void): Connection {
  switch (endpoint.kind) {
    case 'udp':
      return new UdpConnection(endpoint.host, endpoint.port, { lookup: endpoint.lookup, onRefused })
    case 'unixgram':
      return new DatagramConnection(endpoint.path)
    case 'unix':
      return new StreamConnection(endpoint.path)
    case 'proxy':
      return new ProxyConnection(endpoint.url, endpoint.lookup)
  }
}
