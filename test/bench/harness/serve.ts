/** A process of the bench, from inside: answers its parent's commands and ends with it. */

import type { Reply, Request } from './child'

export type Handlers = Record<string, (body: never) => unknown>

/** Answers each command with what its handler returns, or with the message of what it throws. */
export function serve(handlers: Handlers): void {
  process.on('message', (request: Request) => {
    answer(handlers, request).then(reply => {
      if (process.connected) process.send?.(reply)
    })
  })
  // The bench has ended, and with it this process, whatever sockets are open. `exit` writes a --cpu-prof.
  process.on('disconnect', () => process.exit(0))
}

async function answer(handlers: Handlers, { id, command, body }: Request): Promise<Reply> {
  try {
    const handler = handlers[command]
    if (handler === undefined) throw new Error(`no command is called ${command}`)
    return { id, result: await handler(body as never) }
  } catch (error) {
    return {
      id,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}
