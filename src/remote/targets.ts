/**
 * Reads an answer of the agent, and checks each file against the signed list: an answer that does not fit is refused.
 */

import { createHash } from 'node:crypto'

/** A file as the list describes it. */
export interface Target {
  readonly path: string
  readonly product: string
  /** Id of the configuration, equal in all of its versions. */
  readonly id: string
  readonly version: number
  readonly length: number
  readonly sha256: string
}

/** The content of an answer. */
export interface Update {
  readonly version: number
  /** Opaque state of the backend, which the next request returns. */
  readonly backendState: string
  /** All files that are for this tracer now. */
  readonly targets: readonly Target[]
  /** Contents of the files in this answer, by path. */
  readonly files: ReadonlyMap<string, Buffer>
}

type Fields = Readonly<Record<string, unknown>>

/** Matches `datadog/2/APM_TRACING/<id>/config`, or `employee/…` without the organisation. */
const FILE_PATH = /^(?:datadog\/\d+|employee)\/([^/]+)\/([^/]+)\/[^/]+$/

/** Reads an answer; undefined when nothing has changed. Throws an error with a sentence when it cannot be used. */
export function readUpdate(body: string): Update | undefined {
  const answer = objectIn(parse(body, 'the answer'), 'the answer')
  if (answer.targets === undefined || answer.targets === '') return undefined
  const signed = objectIn(decode(answer.targets, 'targets').signed, 'targets.signed')
  const all = objectIn(signed.targets ?? {}, 'targets.signed.targets')
  const custom = objectIn(signed.custom ?? {}, 'targets.signed.custom')
  const targets = listIn(answer.client_configs, 'client_configs').map(path => readTarget(path, all))
  const files = new Map<string, Buffer>()
  for (const entry of listIn(answer.target_files, 'target_files')) {
    const { path, raw } = objectIn(entry, 'target_files')
    const target = targets.find(each => each.path === path)
    if (target === undefined) continue
    const bytes = Buffer.from(typeof raw === 'string' ? raw : '', 'base64')
    verify(target, bytes)
    files.set(target.path, bytes)
  }
  return {
    version: numberIn(signed.version, 'targets.signed.version'),
    backendState: typeof custom.opaque_backend_state === 'string' ? custom.opaque_backend_state : '',
    targets,
    files,
  }
}

/** Parses JSON; the error names `what`. */
export function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${what} is not JSON`)
  }
}

/** Returns `value` if it is an object; the error names `what`. */
export function objectIn(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is not an object`)
  return value as Fields
}

function readTarget(path: unknown, all: Fields): Target {
  const match = typeof path === 'string' ? FILE_PATH.exec(path) : null
  if (match === null) throw new Error(`${String(path)} is not the path of a configuration`)
  if (!Object.hasOwn(all, match[0])) throw new Error(`${path} is not among the targets`)
  const target = objectIn(all[match[0]], `target ${path}`)
  const { sha256 } = objectIn(target.hashes, `hashes of ${path}`)
  if (typeof sha256 !== 'string') throw new Error(`${path} has no sha256`)
  return {
    path: match[0],
    product: match[1],
    id: match[2],
    version: numberIn(objectIn(target.custom ?? {}, `custom of ${path}`).v ?? 0, `version of ${path}`),
    length: numberIn(target.length, `length of ${path}`),
    sha256: sha256.toLowerCase(),
  }
}

function verify({ path, length, sha256 }: Target, bytes: Buffer): void {
  if (bytes.length !== length) throw new Error(`${path} has ${bytes.length} bytes, not ${length}`)
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Error(`${path} does not have the hash of its target`)
}

function decode(value: unknown, what: string): Fields {
  if (typeof value !== 'string') throw new Error(`${what} is not text`)
  return objectIn(parse(Buffer.from(value, 'base64').toString('utf8'), what), what)
}

function listIn(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Error(`${what} is not a list`)
  return value
}

function numberIn(value: unknown, what: string): number {
  if (typeof value !== 'number') throw new Error(`${what} is not a number`)
  return value
}
