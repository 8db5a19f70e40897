/** What the integrations of SQL databases share. */

export { addressTags, NO_ADDRESS, type SqlAddress } from './address'
export { onceCommenting, type SqlComment, withComment } from './comment'
export { type SqlDriver, sqlDriver } from './driver'
export { SQL_OPTIONS } from './options'
export type { PoolShape } from './pool'
export { commentWhileSending } from './sending'
export { type SqlNames, SqlSpans } from './spans'
