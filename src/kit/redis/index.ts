/** What the integrations of Redis clients share. */

export { rawCommand } from './raw-command'
export { endWith, type Settling } from './settling'
export { REDIS_OPTIONS, type RedisAddress, type RedisNames, RedisSpans, SPLIT_OPTION } from './spans'
