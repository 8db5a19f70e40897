/** A pool of one keep-alive connection to the agent that never keeps the process alive. */

import type { LookupFunction, Socket } from 'node:net'
import type { buildConnector, Pool } from 'undici'
import type { AgentAddress } from './agent-url'

interface Undici {
  Pool: typeof Pool
  buildConnector: typeof buildConnector
}

/**
 * A connection that is not made, or a write that makes no progress, is given up after two of these. Unlike an unref'd
 * socket, both keep the process alive for as long as they last, and the application wants to exit.
 */
const STALL_CHECK_MS = 500

let loaded: Undici | undefined

/**
 * Loads undici's pool on the first call: 23 modules and 14 to 30 ms, where all of undici is 111 modules and 105 ms.
 */
export function loadUndici(): Undici {
  if (loaded === undefined) {
    try {
      loaded = {
        Pool: require('undici/lib/dispatcher/pool.js'),
        buildConnector: require('undici/lib/core/connect.js'),
      }
    } catch {
      // The application is bundled, or undici's version has other files inside.
      loaded = require('undici') as Undici
    }
  }
  return loaded
}

/**
 * Opens a pool of one connection with one request at a time: payloads arrive in order, and cost the agent one
 * connection.
 */
export function openPool(address: AgentAddress, lookup?: LookupFunction): Pool {
  const undici = loadUndici()
  const connect = undici.buildConnector({
    socketPath: address.socketPath,
    lookup,
    // `watch` below takes the place of undici's timeout.
    timeout: 0,
  })
  return new undici.Pool(address.origin, {
    connections: 1,
    pipelining: 1,
    connect: (options, callback) => {
      // The declared type has no result; the connector returns the socket that it is connecting.
      const socket = connect(options, callback) as unknown as Socket
      detach(socket)
      watch(socket)
    },
  })
}

/** Keeps a socket unref'd, although undici refs it again for each request. */
function detach(socket: Socket): void {
  socket.unref()
  socket.ref = () => socket
}

function watch(socket: Socket): void {
  let isLate = false
  // Node measures the progress of a write that is under way by itself, and calls back when there is none.
  socket.setTimeout(STALL_CHECK_MS, () => {
    if (socket.connecting && !isLate) {
      isLate = true
      socket.setTimeout(STALL_CHECK_MS)
    } else if (socket.connecting || socket.writableLength > 0) {
      socket.destroy(Object.assign(new Error('agent does not take what it is sent'), { code: 'ETIMEDOUT' }))
    }
  })
}
