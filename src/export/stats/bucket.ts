/**
 * The spans that ended in the same ten seconds, in groups that share a key.
 *
 * A group is found by a number: each text that many groups differ in has a number, and these are mixed. That costs a
 * third of what one text made of all fields would, and no garbage. Groups of the same number are a linked list.
 */

import { grpcStatus } from './grpc-status'
import type { SpanKey } from './key'
import type { Sketch } from './sketch'

/**
 * Most groups of a bucket; the spans of all others are counted in one more. A group takes 2 KiB, mostly bins of its
 * sketch.
 */
export const MAX_GROUPS = 2048
/** Value of every text in the key of that one group, as in other tracers and the agent. */
export const BLOCKED = 'tracer_blocked_value'

/** The counts of the spans with one key. */
export interface Group {
  readonly key: SpanKey
  hits: number
  errors: number
  topLevelHits: number
  /** Sum of the durations, in ns. */
  duration: number
  /** Durations in ns of spans without an error, and of those with one. */
  ok: Sketch | undefined
  error: Sketch | undefined
  /** The next group with the same number. */
  readonly next: Group | undefined
}

/** The groups of ten seconds. */
export class Bucket {
  /** Start of the ten seconds, in epoch ms. */
  readonly startMs: number
  readonly groups: Group[] = []
  /** Number of spans in the group that stands for all groups beyond `MAX_GROUPS`. */
  blockedCount = 0
  #blocked: Group | undefined
  readonly #numbers = new Map<string, number>()
  readonly #byMix = new Map<number, Group>()

  constructor(startMs: number) {
    this.startMs = startMs
  }

  /** Returns the group of `key`, which is copied when it is new. */
  group(key: SpanKey): Group {
    const mix = this.#mix(key)
    // Undefined for a text that is new: so is the key.
    const first = mix === undefined ? undefined : this.#byMix.get(mix)
    for (let group = first; group !== undefined; group = group.next) if (isSame(group.key, key)) return group
    if (this.groups.length >= MAX_GROUPS) return this.#block()
    return this.#add(key)
  }

  /**
   * To be called when the indexes of peer tags mean other names from now on: existing groups are not found any more.
   */
  forgetKeys(): void {
    this.#byMix.clear()
  }

  #mix(key: SpanKey): number | undefined {
    const numbers = this.#numbers
    const service = numbers.get(key.service)
    const resource = numbers.get(key.resource)
    if (service === undefined || resource === undefined) return undefined
    let mix = join(service, resource)
    if (typeof key.endpoint === 'string') {
      const endpoint = numbers.get(key.endpoint)
      if (endpoint === undefined) return undefined
      mix = join(mix, endpoint)
    }
    for (let index = 0; index < key.peerCount; index++) {
      const value = numbers.get(key.peerValues[index])
      if (value === undefined) return undefined
      mix = join(mix, value)
    }
    return mix
  }

  #add(key: SpanKey): Group {
    const { service, resource, endpoint, peerCount } = key
    const peers = key.peers.slice(0, peerCount)
    const peerValues = key.peerValues.slice(0, peerCount)
    for (const text of [
      service,
      resource,
      ...(typeof endpoint === 'string' ? [endpoint] : []),
      ...peerValues,
    ]) {
      if (!this.#numbers.has(text)) this.#numbers.set(text, this.#numbers.size + 1)
    }
    const mix = this.#mix(key) as number
    const group = newGroup({ ...key, peers, peerValues }, this.#byMix.get(mix))
    this.#byMix.set(mix, group)
    this.groups.push(group)
    return group
  }

  #block(): Group {
    this.blockedCount++
    if (this.#blocked === undefined) {
      this.#blocked = newGroup(BLOCKED_KEY, undefined)
      this.groups.push(this.#blocked)
    }
    return this.#blocked
  }
}

const BLOCKED_KEY: SpanKey = {
  service: BLOCKED,
  name: BLOCKED,
  resource: BLOCKED,
  type: BLOCKED,
  kind: BLOCKED,
  status: undefined,
  method: BLOCKED,
  endpoint: BLOCKED,
  grpc: undefined,
  source: BLOCKED,
  isSynthetics: false,
  traceRoot: 0,
  peerCount: 0,
  peers: [],
  peerValues: [],
  peerNames: [],
}

function newGroup(key: SpanKey, next: Group | undefined): Group {
  return {
    key,
    hits: 0,
    errors: 0,
    topLevelHits: 0,
    duration: 0,
    ok: undefined,
    error: undefined,
    next,
  }
}

function isSame(a: SpanKey, b: SpanKey): boolean {
  if (
    a.resource !== b.resource ||
    a.service !== b.service ||
    a.name !== b.name ||
    a.status !== b.status ||
    a.traceRoot !== b.traceRoot ||
    a.type !== b.type ||
    a.kind !== b.kind ||
    a.method !== b.method ||
    a.endpoint !== b.endpoint ||
    a.source !== b.source ||
    a.isSynthetics !== b.isSynthetics ||
    a.peerCount !== b.peerCount ||
    (a.grpc !== b.grpc && grpcStatus(a.grpc) !== grpcStatus(b.grpc))
  )
    return false
  for (let index = 0; index < a.peerCount; index++) {
    if (a.peers[index] !== b.peers[index] || a.peerValues[index] !== b.peerValues[index]) return false
  }
  return true
}

function join(mix: number, number: number): number {
  return Math.imul(mix ^ number, 0x9e37_79b1) ^ (mix >>> 15)
}
