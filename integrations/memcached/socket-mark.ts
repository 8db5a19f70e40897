/** Sockets that break: the library never tells the commands that wait for an answer of them. */

import { CommandMark, Mark, type PatchTools } from '../../src/kit/index'
import type { Socket } from './types'

/** On a socket that we listen to. */
class MemcachedSocketMark extends Mark {
  #isWatched: boolean

  private constructor(socket: object) {
    super(socket)
    this.#isWatched = true
  }

  /** True for the first time. */
  static set(socket: object): boolean {
    if (#isWatched in socket) return false
    new MemcachedSocketMark(socket)
    return true
  }
}

/** Ends the spans of what `socket` has not answered when it is closed. */
export function watchSocket(socket: Socket, tools: PatchTools): void {
  if (typeof socket.once !== 'function' || !MemcachedSocketMark.set(socket)) return
  socket.once('close', () => {
    tools.fenced(() => {
      for (const query of socket.metaData ?? []) {
        CommandMark.end(query, true, new Error('The connection was closed before the answer'))
      }
    })
  })
}
