/** Selects samples of a profile, and the sample type whose values count. */

import type { ProfileSelection } from '../api-types'
import { HttpError } from '../http-error'
import { type ProfileFile, type StoredProfile, UNPACKED_LIMIT_BYTES } from '../store/profile-store'
import { inflate } from './inflate'
import { decodePprof, type Pprof, type ProfileSample } from './pprof'

/** The parameters of a request for samples. */
export interface Wanted {
  /** A sample type (`cpu`), or a file's name without its ending (`space`), which means its default one. */
  type?: string
  /** Name of the file, needed where two files have the same sample type. */
  file?: string
  /** Part of the endpoint, in any case. */
  endpoint?: string
  /** Span ids in decimal. */
  spanIds?: readonly string[]
  localRootIds?: readonly string[]
  /** Part of the thread's name, in any case, or its id. */
  thread?: string
}

/** The selected samples, and the sample type that counts. */
export interface Selected {
  about: ProfileSelection
  samples: ProfileSample[]
  /** Index of the sample type in the samples' values. */
  at: number
}

/** Sample types to show where the request names none, in order of preference. */
const PREFERRED_TYPES = ['wall', 'cpu', 'inuse_space']

/** Selects samples. Throws an `HttpError` 400 or 404 that lists the possible values. */
export function select(profile: StoredProfile, wanted: Wanted): Selected {
  const { file, type } = choose(profile, wanted)
  const pprof = decoded(file)
  const at = type === undefined ? pprof.defaultType : pprof.sampleTypes.findIndex(each => each.type === type)
  const samples = pprof.samples.filter(filterOf(wanted))
  const sum = (list: readonly ProfileSample[]) => list.reduce((total, { values }) => total + values[at], 0)
  return {
    about: {
      profileId: profile.id,
      file: file.name,
      ...pprof.sampleTypes[at],
      total: sum(samples),
      profileTotal: sum(pprof.samples),
      sampleCount: samples.length,
    },
    samples,
    at,
  }
}

function choose(
  { files }: StoredProfile,
  { type, file: name }: Wanted,
): { file: ProfileFile; type?: string } {
  const readable = files.filter(
    each => each.sampleTypes.length > 0 && (name === undefined || each.name === name),
  )
  if (readable.length === 0) {
    const reasons = files.map(each => `${each.name}: ${each.unreadable ?? each.format}`)
    throw new HttpError(
      400,
      `no pprof${name === undefined ? '' : ` ${name}`} to read; there is ${reasons.join(', ')}`,
    )
  }
  const holding = (wanted: string) => readable.find(each => each.sampleTypes.some(has => has.type === wanted))
  for (const wanted of type === undefined ? PREFERRED_TYPES : [type]) {
    const file = holding(wanted)
    if (file !== undefined) return { file, type: wanted }
  }
  const file = type === undefined ? readable[0] : readable.find(each => each.name.split('.', 1)[0] === type)
  if (file !== undefined) return { file }
  const types = readable.flatMap(each => each.sampleTypes.map(has => has.type))
  throw new HttpError(400, `type must be one of ${[...new Set(types)].join(', ')}`)
}

/** The last decoded file: a table, a flame graph and other filters are requested one after the other. */
let last: { file: ProfileFile; pprof: Pprof } | undefined

function decoded(file: ProfileFile): Pprof {
  if (last?.file !== file) last = { file, pprof: decodePprof(inflate(file.data, UNPACKED_LIMIT_BYTES)) }
  return last.pprof
}

function filterOf({ endpoint, spanIds, localRootIds, thread }: Wanted): (sample: ProfileSample) => boolean {
  const has = (text: string | undefined, part: string) =>
    text?.toLowerCase().includes(part.toLowerCase()) === true
  return ({ labels }) => {
    if (endpoint !== undefined && !has(labels.get('trace endpoint'), endpoint)) return false
    if (spanIds !== undefined && !spanIds.includes(labels.get('span id') ?? '')) return false
    if (localRootIds !== undefined && !localRootIds.includes(labels.get('local root span id') ?? ''))
      return false
    return (
      thread === undefined || labels.get('thread id') === thread || has(labels.get('thread name'), thread)
    )
  }
}
