/**
 * The part of the JSON API that shows profiles.
 *
 * GET /api/profiles?limit&service&env&version&runtime_id&type&since (unix ms) · GET /api/profiles/ID ·
 * GET /api/profiles/ID/top?type&file&endpoint&span&local_root&thread&limit&sort=self|total ·
 * GET /api/profiles/ID/flame?type&file&endpoint&span&local_root&thread · GET /api/profiles/ID/files/NAME (as sent)
 */

import type { ProfileDetail, ProfileSummary } from '../api-types'
import { HttpError } from '../http-error'
import { flameOf } from '../profiles/flame'
import { select, type Wanted } from '../profiles/selection'
import { topOf } from '../profiles/top'
import { json, type Reply } from '../reply'
import type { ProfileStore, StoredProfile } from '../store/profile-store'
import { parseTraceId } from '../store/trace-id'
import { DEFAULT_LIMIT, MAX_LIMIT, number } from './query'

/** Answers a request; `path` follows `/api/profiles/`, and is empty for the list. */
export function answerProfiles(store: ProfileStore, path: string, parameters: URLSearchParams): Reply {
  if (path === '') return list(store, parameters)
  const [id, view, ...rest] = path.split('/')
  const profile = store.find(id)
  if (profile === undefined) throw new HttpError(404, 'no such profile: not received yet, or evicted')
  if (view === undefined) return json(detail(profile))
  if (view === 'files' && rest.length === 1) return file(profile, rest[0])
  if (view === 'flame' && rest.length === 0) return json(flameOf(select(profile, wantedOf(parameters))))
  if (view === 'top' && rest.length === 0) {
    const order = parameters.get('sort') ?? 'self'
    if (order !== 'self' && order !== 'total') throw new HttpError(400, 'sort can only be "self" or "total"')
    return json(topOf(select(profile, wantedOf(parameters)), limitOf(parameters), order))
  }
  throw new HttpError(404, 'no such page')
}

function list(store: ProfileStore, parameters: URLSearchParams): Reply {
  const sinceMs = number(parameters, 'since', 0)
  const type = parameters.get('type')
  const exact = Object.entries({
    service: 'service',
    env: 'env',
    version: 'version',
    runtimeId: 'runtime_id',
  } as const)
  const found = store
    .all()
    .map(summarize)
    .filter(profile => profile.startMs >= sinceMs)
    .filter(
      profile => type === null || profile.files.some(each => each.sampleTypes.some(has => has.type === type)),
    )
    .filter(profile =>
      exact.every(([field, name]) => {
        const wanted = parameters.get(name)
        return wanted === null || profile[field as 'service'] === wanted
      }),
    )
    // Of two profiles with the same start, the one that arrived later.
    .sort((a, b) => b.startMs - a.startMs || Number(b.id) - Number(a.id))
  return json({ total: found.length, profiles: found.slice(0, limitOf(parameters)) })
}

function limitOf(parameters: URLSearchParams): number {
  return Math.min(number(parameters, 'limit', DEFAULT_LIMIT), MAX_LIMIT)
}

function summarize({
  id,
  tags,
  startMs,
  endMs,
  files,
  endpointCounts,
  family,
}: StoredProfile): ProfileSummary {
  const infos = files.map(({ data, ...file }) => ({ ...file, bytes: data.length }))
  return {
    id,
    service: tags.service ?? '',
    env: tags.env ?? '',
    version: tags.version ?? '',
    runtimeId: tags['runtime-id'] ?? '',
    language: tags.language ?? family,
    startMs,
    endMs,
    bytes: infos.reduce((sum, { bytes }) => sum + bytes, 0),
    files: infos,
    endpointCounts,
  }
}

function detail(profile: StoredProfile): ProfileDetail {
  return { ...summarize(profile), tags: profile.tags }
}

function file({ id, files }: StoredProfile, name: string): Reply {
  const found = files.find(each => each.name === decoded(name))
  if (found === undefined)
    throw new HttpError(404, `no such file; there is ${files.map(each => each.name).join(', ')}`)
  // The client chose the name: only characters that cannot end a header are kept.
  const safe = `${id}-${found.name}`.replace(/[^\w.-]/g, '_')
  return {
    status: 200,
    body: found.data,
    type: 'application/octet-stream',
    headers: { 'Content-Disposition': `attachment; filename="${safe}"` },
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function wantedOf(parameters: URLSearchParams): Wanted {
  const text = (name: string) => parameters.get(name) ?? undefined
  return {
    type: text('type'),
    file: text('file'),
    endpoint: text('endpoint'),
    spanIds: idsOf(parameters, 'span'),
    localRootIds: idsOf(parameters, 'local_root'),
    thread: text('thread'),
  }
}

/** Returns the ids in decimal, the form of labels; a text of digits may be decimal or hexadecimal. */
function idsOf(parameters: URLSearchParams, name: string): string[] | undefined {
  const text = parameters.get(name)
  if (text === null) return undefined
  const readings = parseTraceId(text)
  if (readings.length === 0) throw new HttpError(400, `${name} must be a span id, hexadecimal or decimal`)
  return readings.map(({ low }) => String(low))
}
