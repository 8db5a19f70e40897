/** Tags that every span of this process carries, and those of the first span of each chunk. */

import { hostname } from 'node:os'
import type { Config } from '../../core/config/resolve'
import { processTags } from '../../core/process-tags'
import { runtimeId } from '../../core/runtime-id'
import { gitOf, userTags } from '../../core/unified-tags'

/** The tags that the configuration gives to spans. */
export interface CommonTags {
  /** Service of the tracer: a span of another service carries `_dd.base_service`, a span of this one `version`. */
  service: string
  /** `language`, `runtime-id`, `env`, and the user's tags (`DD_TAGS`). */
  meta: Readonly<Record<string, string>>
  /** `process_id`. */
  metrics: Readonly<Record<string, number>>
  /** Version of the application; only spans of the tracer's own service carry it. */
  version: string | undefined
  /** Tags of the first span of a chunk only: git and process tags. */
  chunkMeta: Readonly<Record<string, string>>
}

/** Returns the tags as the configuration says now: `tags` may change while the process runs. */
export function commonTags(config: Config): CommonTags {
  const { service, env, version } = config
  const meta: Record<string, string> = {
    language: 'javascript',
    'runtime-id': runtimeId,
    ...userTags(config),
  }
  if (env !== undefined) meta.env = env
  if (config.reportHostname) meta['_dd.hostname'] = hostname()
  const chunkMeta: Record<string, string> = {}
  const { commit, repository } = gitOf(config)
  if (commit !== undefined) chunkMeta['_dd.git.commit.sha'] = commit
  if (repository !== undefined) chunkMeta['_dd.git.repository_url'] = repository
  if (config.processTags) chunkMeta['_dd.tags.process'] = processTags(config)
  return { service: service ?? 'node', meta, metrics: { process_id: process.pid }, version, chunkMeta }
}
