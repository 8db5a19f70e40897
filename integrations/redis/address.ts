/**
 * The server that a queue of commands belongs to. A client makes its queue and its socket in its constructor, in an
 * order that depends on the version, and neither refers to the other: the one made first is remembered until the second
 * is made.
 */

import { type AnyFunction, Mark, type PatchTools } from '../../src/kit/index'
import type { RedisAddress } from '../../src/kit/redis/index'
import type { ClassModule, SocketOptions } from './types'

const DEFAULT_HOST = 'localhost'
const DEFAULT_PORT = 6379
const UNKNOWN: RedisAddress = { host: undefined, port: undefined }

let queueMade: object | undefined
let socketMade: RedisAddress | undefined

/** Marks a queue with the address of its server. */
class QueueMark extends Mark {
  readonly #address: RedisAddress

  constructor(queue: object, address: RedisAddress) {
    super(queue)
    this.#address = address
  }

  static addressOf(queue: object): RedisAddress {
    return #address in queue ? queue.#address : UNKNOWN
  }
}

/** Returns the address of a queue's server. */
export const addressOf = QueueMark.addressOf

/** Wraps the class of the queues in which commands wait until they can be written to the socket. */
export function watchQueues(exports: ClassModule, tools: PatchTools): void {
  watchConstructor(exports, tools, queue => {
    queueMade = queue
    meet()
  })
}

/** Wraps the class of sockets. */
export function watchSockets(exports: ClassModule, tools: PatchTools): void {
  watchConstructor(exports, tools, (_socket, args) => {
    // The options are the last argument in every version.
    const { host, port, path } = (args[args.length - 1] ?? {}) as SocketOptions
    socketMade =
      path === undefined
        ? { host: host ?? DEFAULT_HOST, port: Number(port ?? DEFAULT_PORT) }
        : { host: path, port: undefined }
    meet()
  })
}

function meet(): void {
  if (queueMade === undefined || socketMade === undefined) return
  new QueueMark(queueMade, socketMade)
  queueMade = socketMade = undefined
}

function watchConstructor(
  exports: ClassModule,
  tools: PatchTools,
  made: (instance: object, args: ArrayLike<unknown>) => void,
): void {
  tools.wrap(exports, 'default', (original: AnyFunction) => {
    return function construct(): unknown {
      const instance = Reflect.construct(
        original,
        arguments,
        new.target === construct ? original : new.target,
      )
      tools.fenced(() => made(instance, arguments))
      return instance
    }
  })
}
