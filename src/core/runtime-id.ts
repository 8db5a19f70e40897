/** The id of this process or worker thread in everything that it sends. */

import { randomUUID } from 'node:crypto'

export const runtimeId = randomUUID()
