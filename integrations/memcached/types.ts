/** The parts of memcached that the integration uses. */

import type { AnyFunction } from '../../src/kit/index'

export interface Client {
  servers?: unknown
}

/** A command; the library makes one for each call. */
export interface Query {
  /** Name of the command, for example `get`. */
  type?: unknown
  /** Text that is sent, with keys and values. */
  command?: unknown
  callback?: AnyFunction
}

export interface Socket {
  /** The commands that wait for an answer. */
  metaData?: Query[]
  once?(event: 'close', listener: () => void): unknown
}
