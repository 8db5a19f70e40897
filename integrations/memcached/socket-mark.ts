/** Ends the spans of commands whose socket breaks: the library never calls their callbacks. */

import { CommandMark, Mark, type PatchTools } from '../../src/kit/index'
import type { Socket } from './types'

/** Mark on a socket that has the listener. */
class MemcachedSocketMark extends Mark {
  #isWatched: boolean

  private constructor(socket: object) {
    super(socket)
    this.#isWatched = true
  }

  /** Marks a socket; true if it was not marked. */
  static set(socket: object): boolean {
    if (#isWatched in socket) return false
    new MemcachedSocketMark(socket)
    return true
  }
}

/** Ends the spans of commands that are unanswered when `socket` closes. */
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
