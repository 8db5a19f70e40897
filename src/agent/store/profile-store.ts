/** Keeps uploads of profiles in memory, unchanged, capped in bytes: the oldest are evicted first. */

import type { SampleType } from '../profiles/pprof'

/** A file of an upload. */
export interface ProfileFile {
  /** File name such as `wall.pprof`, unique within the upload. */
  name: string
  format: 'pprof' | 'jfr' | 'json' | 'other'
  /** Bytes of the file as sent, mostly compressed. */
  data: Buffer
  /** Size in bytes when unpacked. */
  size: number
  /** Sample types of a readable pprof, with the sums over all samples. */
  sampleTypes: (SampleType & { total: number })[]
  sampleCount: number
  /** Reason for which the file cannot be decoded; it can be downloaded nevertheless. */
  unreadable?: string
}

/** Metadata of an upload. */
export interface ProfileUpload {
  /** Unix time, ms. */
  startMs: number
  endMs: number
  /** Runtime of the profiler: `node`, `go`, `java`, … */
  family: string
  /** Tags of the profiler: service, env, version, runtime-id, language, … */
  tags: Record<string, string>
  /** Requests that ended in the window, by endpoint. */
  endpointCounts: Record<string, number>
  files: ProfileFile[]
}

/** An upload in the store. */
export interface StoredProfile extends ProfileUpload {
  /** Number of the upload, 1 for the first; never used twice. */
  id: string
  /** Approximate share of the store in bytes. */
  bytes: number
}

/** Counts of the store. */
export interface ProfileStoreStats {
  profiles: number
  bytes: number
  limitBytes: number
  evictedProfiles: number
}

/** Largest unpacked size of a file, whatever the largest body is. */
export const UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024

/** Estimated bytes of the objects and maps of an upload beside its files, and of each map entry. */
const UPLOAD_BYTES = 1000
const ENTRY_BYTES = 100

/** The store of profiles. */
export class ProfileStore {
  readonly #limitBytes: number
  /** Oldest first. */
  readonly #byId = new Map<string, StoredProfile>()
  #bytes = 0
  #evicted = 0
  #lastId = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Adds an upload, and evicts the oldest to make room. An upload larger than the whole store is evicted at once. */
  add(upload: ProfileUpload): StoredProfile {
    const profile = { ...upload, id: String(++this.#lastId), bytes: sizeOf(upload) }
    this.#byId.set(profile.id, profile)
    this.#bytes += profile.bytes
    for (const [id, { bytes }] of this.#byId) {
      if (this.#bytes <= this.#limitBytes) break
      this.#byId.delete(id)
      this.#bytes -= bytes
      this.#evicted++
    }
    return profile
  }

  find(id: string): StoredProfile | undefined {
    return this.#byId.get(id)
  }

  /** Oldest first. */
  all(): StoredProfile[] {
    return [...this.#byId.values()]
  }

  stats(): ProfileStoreStats {
    const limitBytes = this.#limitBytes
    return { profiles: this.#byId.size, bytes: this.#bytes, limitBytes, evictedProfiles: this.#evicted }
  }

  /** Forgets everything, including the counts of evicted uploads. */
  clear(): void {
    this.#byId.clear()
    this.#bytes = this.#evicted = 0
  }
}

function sizeOf({ files, tags, endpointCounts }: ProfileUpload): number {
  let bytes = UPLOAD_BYTES
  for (const { data, sampleTypes } of files) bytes += data.length + ENTRY_BYTES * (1 + sampleTypes.length)
  for (const [name, value] of Object.entries(tags)) bytes += ENTRY_BYTES + name.length + value.length
  for (const endpoint of Object.keys(endpointCounts)) bytes += ENTRY_BYTES + endpoint.length
  return bytes
}
