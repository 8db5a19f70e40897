/** Metadata of an upload of profiles: `event.json`, or the parts of clients that do not send one. */

import type { ProfileUpload } from '../store/profile-store'
import { DecodeError } from './decode-error'
import type { FormPart } from './form'
import { redactRecord, redactText } from './redact'
import { put } from './values'

/** The metadata of an upload. */
export type ProfileEvent = Omit<ProfileUpload, 'files'>

/** Reads `event.json`. Throws a `DecodeError` that names the field. */
export function readEvent(data: Buffer): ProfileEvent {
  let event: unknown
  try {
    event = JSON.parse(data.toString())
  } catch (error) {
    throw new DecodeError(`event: ${error instanceof Error ? error.message : error}`)
  }
  if (!isRecord(event)) throw new DecodeError('event: expected an object')
  const { start, end, family, tags_profiler: tags, endpoint_counts: counts } = event
  return {
    ...windowOf(start, end, 'event'),
    family: typeof family === 'string' ? family : '',
    tags: readTags(tags),
    endpointCounts: readCounts(counts),
  }
}

/** Reads the parts that clients of before 2022 send in place of `event.json`. */
export function readFields(parts: readonly FormPart[]): ProfileEvent {
  const field = (...names: string[]): string | undefined =>
    parts.find(({ name }) => names.includes(name))?.data.toString()
  const start = field('start', 'recording-start')
  if (start === undefined) throw new DecodeError('form: no part "event"')
  const tags = parts
    .filter(({ name }) => name === 'tags[]' || name === 'tags')
    .map(({ data }) => data.toString())
  return {
    ...windowOf(start, field('end', 'recording-end'), 'form'),
    family: field('family', 'runtime') ?? '',
    tags: readTags(tags),
    endpointCounts: {},
  }
}

function windowOf(start: unknown, end: unknown, where: string): { startMs: number; endMs: number } {
  const [startMs, endMs] = [start, end].map(each =>
    typeof each === 'string' ? Date.parse(each) : Number.NaN,
  )
  for (const [name, value] of Object.entries({ start: startMs, end: endMs }))
    if (Number.isNaN(value)) throw new DecodeError(`${where}: ${name} is no ISO 8601 time`)
  if (endMs < startMs) throw new DecodeError(`${where}: it ends before it starts`)
  return { startMs, endMs }
}

function readTags(tags: unknown): Record<string, string> {
  const list = Array.isArray(tags) ? tags : tags === undefined || tags === null ? [] : [tags]
  const result: Record<string, string> = {}
  for (const each of list) {
    if (typeof each !== 'string') throw new DecodeError('event: tags_profiler: expected a string')
    for (const tag of each.split(',')) {
      const colon = tag.indexOf(':')
      if (colon > 0) put(result, tag.slice(0, colon).trim(), tag.slice(colon + 1).trim())
    }
  }
  return result
}

function readCounts(counts: unknown): Record<string, number> {
  const result: Record<string, number> = {}
  if (counts === undefined || counts === null) return result
  if (!isRecord(counts)) throw new DecodeError('event: endpoint_counts: expected an object')
  for (const [endpoint, count] of Object.entries(counts)) {
    if (typeof count !== 'number')
      throw new DecodeError(`event: endpoint_counts[${JSON.stringify(endpoint)}]: expected a number`)
    put(result, endpoint, count)
  }
  return result
}

/** Returns the metadata with secrets in tags and endpoints replaced. */
export function redactEvent(event: ProfileEvent): ProfileEvent {
  const endpointCounts: Record<string, number> = {}
  for (const [endpoint, count] of Object.entries(event.endpointCounts)) {
    const safe = redactText(endpoint)
    put(endpointCounts, safe, (Object.hasOwn(endpointCounts, safe) ? endpointCounts[safe] : 0) + count)
  }
  return { ...event, tags: redactRecord(event.tags), endpointCounts }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
