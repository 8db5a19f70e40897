/** Name and id of this thread, as its samples are labelled. */

import { isMainThread, threadId } from 'node:worker_threads'

export const thread = {
  main: isMainThread,
  name: isMainThread ? 'Main Event Loop' : `Worker #${threadId} Event Loop`,
  id: String(threadId),
}
