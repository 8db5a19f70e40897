/** What is used of memcached. */

import type { AnyFunction } from '../../src/kit/index'

export interface Client {
  servers?: unknown
}

/** A command; the library makes one for each call. */
export interface Query {
  /** For example `get`. */
  type?: unknown
  /** What is sent, with keys and values. */
  command?: unknown
  callback?: AnyFunction
}

export interface Socket {
  /** The commands that wait for an answer. */
  metaData?: Query[]
  once?(event: 'close', listener: () => void): unknown
}
