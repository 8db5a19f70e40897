/** Tags that every span of this process carries, and those of the first span of each chunk. */

import { hostname } from 'node:os'
import type { Config } from '../core/config/resolve'
import { processTags } from '../core/process-tags'
import { runtimeId } from '../core/runtime-id'

export interface CommonTags {
  /** The tracer's own service: decides `_dd.base_service` and whether a span carries `version`. */
  service: string
  /** `language`, `runtime-id`, `env`, and the user's tags (`DD_TAGS`). */
  meta: Readonly<Record<string, string>>
  /** `process_id`. */
  metrics: Readonly<Record<string, number>>
  /** Version of the application; only spans of the tracer's own service carry it. */
  version: string | undefined
  /** Only on the first span of a chunk: git and process tags. */
  chunkMeta: Readonly<Record<string, string>>
}

export function commonTags(config: Config): CommonTags {
  const { service, env, version, tags } = config
  const meta: Record<string, string> = { language: 'javascript', 'runtime-id': runtimeId, ...tags }
  for (const identity of ['service', 'env', 'version']) delete meta[identity]
  if (env !== undefined) meta.env = env
  if (config.reportHostname) meta['_dd.hostname'] = hostname()
  const chunkMeta: Record<string, string> = {}
  if (config.gitMetadata && config.gitCommitSha !== undefined)
    chunkMeta['_dd.git.commit.sha'] = config.gitCommitSha
  if (config.gitMetadata && config.gitRepositoryUrl !== undefined) {
    chunkMeta['_dd.git.repository_url'] = config.gitRepositoryUrl.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
  }
  if (config.processTags) chunkMeta['_dd.tags.process'] = processTags(config)
  return { service: service ?? 'node', meta, metrics: { process_id: process.pid }, version, chunkMeta }
}
