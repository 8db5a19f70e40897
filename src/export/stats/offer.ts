/**
 * The fields of `/info` about statistics that a client computes:
 *
 * | field | type | |
 * |---|---|---|
 * | `endpoints` | string[] | has `/v0.6/stats` |
 * | `client_drop_p0s` | bool | traces of priority 0 and below need not be sent |
 * | `peer_tags` | string[] | tags that identify the peers of clients, producers and consumers |
 * | `span_kinds_stats_computed` | string[] | kinds that count although they are not top-level |
 * | `filter_tags`, `filter_tags_regex`, `ignore_resources` | | trace-filter.ts |
 */

import type { AgentInfo } from '../../core/signal'
import { field } from '../send/responses'

/** Endpoint of the agent that takes statistics. */
export const STATS_PATH = '/v0.6/stats'

/** The statistics that an agent takes, and what it does not need then. */
export interface Offer {
  readonly canDropTraces: boolean
  readonly peerTags: readonly string[]
  readonly kinds: readonly string[]
  readonly filterTags: TagLists
  readonly filterTagsByRegex: TagLists
  readonly ignoreResources: readonly string[]
}

/** Lists of tags, each `name` or `name:value`. */
export interface TagLists {
  readonly require: readonly string[]
  readonly reject: readonly string[]
}

/** Span kinds that count if the agent names none. */
const KINDS = ['server', 'client', 'producer', 'consumer']
const NO_TAGS: TagLists = { require: [], reject: [] }

/** The offer that is assumed until the agent has been asked: spans are counted, no trace is dropped. */
export const UNKNOWN: Offer = {
  canDropTraces: false,
  peerTags: [],
  kinds: KINDS,
  filterTags: NO_TAGS,
  filterTagsByRegex: NO_TAGS,
  ignoreResources: [],
}

/** Returns what the agent takes; undefined when it takes no statistics. */
export function offerOf({ endpoints, fields }: AgentInfo): Offer | undefined {
  if (!endpoints.includes(STATS_PATH)) return undefined
  const kinds = texts(fields.span_kinds_stats_computed)
  return {
    canDropTraces: fields.client_drop_p0s === true,
    peerTags: texts(fields.peer_tags),
    kinds: kinds.length > 0 ? kinds.map(kind => kind.toLowerCase()) : KINDS,
    filterTags: tagLists(fields.filter_tags),
    filterTagsByRegex: tagLists(fields.filter_tags_regex),
    ignoreResources: texts(fields.ignore_resources),
  }
}

function tagLists(value: unknown): TagLists {
  return { require: texts(field(value, 'require')), reject: texts(field(value, 'reject')) }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(each => typeof each === 'string' && each !== '') : []
}
