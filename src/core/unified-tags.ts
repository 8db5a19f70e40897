/** Who this process is, for everything that it sends: the one place for what stands beside service, env and version. */

import type { Config } from './config/resolve'

/** Fields of their own wherever they are sent; as tags they would say something else. */
const IDENTITY: ReadonlySet<string> = new Set(['service', 'env', 'version'])

/** The user's tags (`DD_TAGS`). */
export function userTags({ tags }: Pick<Config, 'tags'>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !IDENTITY.has(name)))
}

export interface Git {
  commit: string | undefined
  /** Without user and password. */
  repository: string | undefined
}

/** Nothing where `gitMetadata` is off. */
export function gitOf({ gitMetadata, gitCommitSha, gitRepositoryUrl }: Config): Git {
  if (!gitMetadata) return { commit: undefined, repository: undefined }
  const repository = gitRepositoryUrl?.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
  return { commit: gitCommitSha, repository }
}
