/** What the integrations of ioredis and its descendant iovalkey share. */

export { patchClient } from './client'
export type { Library } from './types'
