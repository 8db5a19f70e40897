/** Uploads of profiles in memory, as they came, capped in bytes: the oldest go first. */

import type { SampleType } from '../profiles/pprof'

export interface ProfileFile {
  /** As `wall.pprof`; one of a kind in its upload. */
  name: string
  format: 'pprof' | 'jfr' | 'json' | 'other'
  /** As sent: mostly compressed. */
  data: Buffer
  /** Bytes when unpacked. */
  size: number
  /** Of a pprof that can be read: what it counts, with the sums over all samples. */
  sampleTypes: (SampleType & { total: number })[]
  sampleCount: number
  /** Why it can only be handed out. */
  unreadable?: string
}

/** What one upload says of itself. */
export interface ProfileUpload {
  /** Unix time, ms. */
  startMs: number
  endMs: number
  /** `node`, `go`, `java`, … */
  family: string
  /** Of the profiler: service, env, version, runtime-id, language, … */
  tags: Record<string, string>
  /** Requests that ended in the window, by endpoint. */
  endpointCounts: Record<string, number>
  files: ProfileFile[]
}

export interface StoredProfile extends ProfileUpload {
  /** 1 for the first of this agent; never used twice. */
  id: string
  /** What it takes of the store, roughly. */
  bytes: number
}

export interface ProfileStoreStats {
  profiles: number
  bytes: number
  limitBytes: number
  evictedProfiles: number
}

/** A file that was taken in is at most so large when it is unpacked, whatever the largest body is. */
export const UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024

/** Objects and maps beside the files, and of each entry in one. */
const UPLOAD_BYTES = 1000
const ENTRY_BYTES = 100

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

  /** Keeps it for as long as there is room. One that is larger than the whole store is gone at once. */
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

  /** Forgets everything, the counts of what was evicted too. */
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
