/**
 * Reads a span for statistics: whether it counts, and the key that it is grouped by. The key is one object that is
 * reused for the next span; static tags are read once for each site.
 */

import type { SpanRecord } from '../../trace/local-trace'
import type { Site, Tags, TagValue } from '../../trace/site'
import { isTopLevel } from '../encode/derived-tags'
import type { Offer } from './offer'

/** Lengths at which the agent cuts names and resources, in UTF-16 units. */
const MAX_NAME = 100
const MAX_RESOURCE = 5000
const BASE_SERVICE = '_dd.base_service'

type Value = TagValue | undefined

/**
 * The fields that spans are grouped by. Values are those of the tags: they are interpreted for a group, not for each
 * span.
 */
export interface SpanKey {
  service: string
  name: string
  resource: string
  type: string
  kind: string
  status: Value
  method: Value
  endpoint: Value
  grpc: Value
  source: Value
  isSynthetics: boolean
  /** 1 = the span has no parent at all, 2 = it has one, 0 = not known. */
  traceRoot: 0 | 1 | 2
  /** Number of entries of `peers` and `peerValues` that are in use. */
  peerCount: number
  /** Indexes into `peerNames`, rising. */
  readonly peers: number[]
  readonly peerValues: string[]
  readonly peerNames: readonly string[]
}

/** The static tags of a site that matter to statistics. */
interface SiteFacts {
  readonly kind: Value
  readonly measured: Value
  readonly status: Value
  readonly method: Value
  readonly endpoint: Value
  readonly grpc: Value
  readonly source: Value
  readonly hasPeers: boolean
}

/** Reads one span after the other into the same key. */
export class KeyReader {
  readonly key: SpanKey
  /** Whether the span that was read last enters its service. */
  isTopLevel = false
  readonly #service: string
  readonly #baseService: string
  readonly #kinds: ReadonlySet<string>
  /** Indexes into `peerNames`, by name. */
  readonly #peerIndexes: ReadonlyMap<string, number>
  readonly #baseServiceIndex: number
  readonly #facts = new WeakMap<Site, SiteFacts>()

  /** `service` is the tracer's own. */
  constructor(service: string, { kinds, peerTags }: Offer) {
    this.#service = service
    this.#baseService = service.toLowerCase()
    this.#kinds = new Set(kinds)
    this.#peerIndexes = new Map(peerTags.map((name, index) => [name, index]))
    this.#baseServiceIndex = peerTags.indexOf(BASE_SERVICE)
    this.key = {
      service: '',
      name: '',
      resource: '',
      type: '',
      kind: '',
      status: undefined,
      method: undefined,
      endpoint: undefined,
      grpc: undefined,
      source: undefined,
      isSynthetics: false,
      traceRoot: 0,
      peerCount: 0,
      peers: [],
      peerValues: [],
      peerNames: peerTags,
    }
  }

  /** Reads `span` into `key`. Returns false when it does not count. */
  read(span: SpanRecord, isSynthetics: boolean): boolean {
    const { key } = this
    const { tags, site } = span
    const facts = this.#facts.get(site) ?? this.#factsOf(site)
    const kind = text(tags['span.kind'] ?? facts.kind)
    this.isTopLevel = isTopLevel(span)
    if (!this.isTopLevel && Number(tags['_dd.measured'] ?? facts.measured) !== 1 && !this.#isCounted(kind))
      return false
    // A snapshot of a span that is still running.
    if (Number(tags['_dd.partial_version']) >= 0) return false
    key.service = cut(span.service, MAX_NAME)
    key.name = cut(span.name, MAX_NAME)
    key.resource = cut(span.resource || span.name, MAX_RESOURCE)
    key.type = cut(span.type, MAX_NAME)
    key.kind = kind
    key.status = tags['http.status_code'] ?? facts.status
    key.method = tags['http.method'] ?? facts.method
    key.endpoint = endpointOf(tags) ?? facts.endpoint
    key.grpc = grpcOf(tags) ?? facts.grpc
    key.source = tags['_dd.svc_src'] ?? facts.source
    key.isSynthetics = isSynthetics
    key.traceRoot = (span.parentHi | span.parentLo) === 0 ? 1 : 2
    key.peerCount = 0
    if (this.#peerIndexes.size > 0) this.#readPeers(span, kind, facts.hasPeers)
    return true
  }

  #factsOf(site: Site): SiteFacts {
    const { tags } = site
    const facts: SiteFacts = {
      kind: tags['span.kind'],
      measured: tags['_dd.measured'],
      status: tags['http.status_code'],
      method: tags['http.method'],
      endpoint: endpointOf(tags),
      grpc: grpcOf(tags),
      source: tags['_dd.svc_src'],
      hasPeers: Object.keys(tags).some(name => this.#peerIndexes.has(name)),
    }
    this.#facts.set(site, facts)
    return facts
  }

  #isCounted(kind: string): boolean {
    return kind !== '' && (this.#kinds.has(kind) || this.#kinds.has(kind.toLowerCase()))
  }

  /**
   * Reads the peer tags, as the agent does: only spans of clients, producers and consumers have peers; others have at
   * most `_dd.base_service`, the tracer's own service where the span has another.
   */
  #readPeers({ tags, site, service }: SpanRecord, kind: string, hasStatic: boolean): void {
    const hasPeers = hasPeer(kind)
    if (hasPeers) {
      if (hasStatic) this.#addPeers(site.tags)
      this.#addPeers(tags)
    }
    if (this.#baseServiceIndex < 0 || service === this.#service) return
    if ((hasPeers || kind === '' || kind === 'internal') && service.toLowerCase() !== this.#baseService)
      this.#addPeer(this.#baseServiceIndex, this.#baseService)
  }

  #addPeers(tags: Readonly<Tags>): void {
    for (const name in tags) {
      const place = this.#peerIndexes.get(name)
      if (place === undefined) continue
      const value = tags[name]
      if (typeof value === 'string' && value !== '') this.#addPeer(place, value)
    }
  }

  /** Adds a peer tag in the order of `peerNames`, so that the order of the tags does not matter. */
  #addPeer(place: number, value: string): void {
    const { key } = this
    const { peers, peerValues } = key
    let at = key.peerCount
    while (at > 0 && peers[at - 1] >= place) at--
    if (at === key.peerCount || peers[at] !== place) {
      for (let index = key.peerCount++; index > at; index--) {
        peers[index] = peers[index - 1]
        peerValues[index] = peerValues[index - 1]
      }
      peers[at] = place
    }
    peerValues[at] = value
  }
}

function endpointOf(tags: Readonly<Tags>): Value {
  return tags['http.endpoint'] ?? tags['http.route']
}

function grpcOf(tags: Readonly<Tags>): Value {
  return (
    tags['rpc.grpc.status_code'] ??
    tags['grpc.code'] ??
    tags['rpc.grpc.status.code'] ??
    tags['grpc.status.code']
  )
}

/** Returns whether a span of this kind has peers: one of a client, producer or consumer. */
function hasPeer(kind: string): boolean {
  switch (kind) {
    case 'client':
    case 'producer':
    case 'consumer':
      return true
    case 'server':
    case 'internal':
    case '':
      return false
    default:
      return /^(client|producer|consumer)$/i.test(kind)
  }
}

function text(value: Value): string {
  return typeof value === 'string' ? value : ''
}

function cut(name: string, length: number): string {
  return name.length > length ? name.slice(0, length) : name
}
