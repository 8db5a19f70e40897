/** Headers that tell the agent in which container this process runs. */

import { readFileSync, statSync } from 'node:fs'

const UUID = '[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}'
const CONTAINER = '[0-9a-f]{64}'
/** Id of a task of Amazon's Elastic Container Service. */
const TASK = '[0-9a-f]{32}-\\d+'
const CONTAINER_ID = new RegExp(`(${UUID}|${CONTAINER}|${TASK})(?:\\.scope)?$`)
/** Longest end of a line that is searched; the longest id is `CONTAINER` with `.scope`. */
const MAX_ID_LENGTH = 128
const CGROUP_PATH = /^\d+:[^:]*:(.+)$/
/** Smaller inodes belong to the root of a file system: the process is in no container. */
const FIRST_INODE = 3

/** Reads the cgroup files; tests hand in their own. */
export interface CgroupFiles {
  /** Text of a file; throws when there is none. */
  read(path: string): string
  /** Inode of a file or folder; throws when there is none. */
  inode(path: string): number
}

const REAL_FILES: CgroupFiles = {
  read: path => readFileSync(path, 'utf8'),
  inode: path => statSync(path).ino,
}

/**
 * Returns the headers `Datadog-Container-ID`, `Datadog-Entity-ID` (`ci-<container>` or `in-<inode>`) and
 * `Datadog-External-Env`, as far as they are known. `externalEnv` is the text of `DD_EXTERNAL_ENV`.
 */
export function containerHeaders(
  externalEnv?: string,
  files: CgroupFiles = REAL_FILES,
): Record<string, string> {
  const headers: Record<string, string> = {}
  // A header cannot hold control characters; the admission controller never writes any.
  if (externalEnv !== undefined && /^[\x20-\x7e]+$/.test(externalEnv))
    headers['Datadog-External-Env'] = externalEnv
  try {
    const lines = files.read('/proc/self/cgroup').trim().split('\n')
    const id = findContainerId(lines)
    if (id !== undefined) {
      headers['Datadog-Container-ID'] = id
      headers['Datadog-Entity-ID'] = `ci-${id}`
      return headers
    }
    const path = CGROUP_PATH.exec(lines[0])?.[1]
    if (path === undefined) return headers
    const inode = files.inode(`/sys/fs/cgroup/${path.replace(/^\//, '')}`)
    if (inode >= FIRST_INODE) headers['Datadog-Entity-ID'] = `in-${inode}`
  } catch {
    // Without Linux or cgroups there is no container to name.
  }
  return headers
}

function findContainerId(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const id = CONTAINER_ID.exec(line.trimEnd().slice(-MAX_ID_LENGTH))?.[1]
    if (id !== undefined) return id
  }
  return undefined
}
