/** How the samples of this thread are labelled. */

import { isMainThread, threadId } from 'node:worker_threads'

export const thread = {
  main: isMainThread,
  name: isMainThread ? 'Main Event Loop' : `Worker #${threadId} Event Loop`,
  id: String(threadId),
}
