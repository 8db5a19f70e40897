/** The options of the integration, read once for each `use()`. */

import { type DbmMode, dbmMode, type PatchTools } from '../../src/kit/index'

const OBFUSCATIONS = ['none', 'types', 'redact'] as const
/** Handling of the values in queries: kept, replaced by their types, or by question marks. */
export type Obfuscation = (typeof OBFUSCATIONS)[number]

export interface MongoOptions {
  readonly hasHeartbeats: boolean
  readonly hasQueryInResource: boolean
  readonly obfuscation: Obfuscation
  readonly dbm: DbmMode
}

export function readOptions({ state, config }: PatchTools): MongoOptions {
  const { heartbeatEnabled, queryInResourceName, obfuscateQuery, dbmPropagationMode } = state.options
  return {
    hasHeartbeats: typeof heartbeatEnabled === 'boolean' ? heartbeatEnabled : config.mongodbHeartbeatEnabled,
    hasQueryInResource: queryInResourceName === true,
    obfuscation: OBFUSCATIONS.find(each => each === obfuscateQuery) ?? config.mongodbObfuscateQuery,
    dbm: dbmMode(dbmPropagationMode, config),
  }
}
