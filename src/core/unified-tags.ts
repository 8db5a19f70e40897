/** Tags and git data that stand beside service, env and version in everything that this process sends. */

import type { Config } from './config/resolve'

/**
 * Names that are left out of the tags: each is sent as a field of its own, and as a tag would mean something else.
 */
const IDENTITY: ReadonlySet<string> = new Set(['service', 'env', 'version'])

/** Returns the tags of `DD_TAGS` and of the option `tags`. */
export function userTags({ tags }: Pick<Config, 'tags'>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !IDENTITY.has(name)))
}

/** The commit that is running, and its repository. */
export interface Git {
  commit: string | undefined
  /** URL of the repository, without user and password. */
  repository: string | undefined
}

/** Returns commit and repository; neither where `gitMetadata` is off. */
export function gitOf({ gitMetadata, gitCommitSha, gitRepositoryUrl }: Config): Git {
  if (!gitMetadata) return { commit: undefined, repository: undefined }
  const repository = gitRepositoryUrl?.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
  return { commit: gitCommitSha, repository }
}
