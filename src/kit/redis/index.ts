/** What the integrations of Redis clients share. */

export { endWith, type Settling } from './settling'
export { REDIS_OPTIONS, type RedisAddress, RedisSpans, SPLIT_OPTION } from './spans'
