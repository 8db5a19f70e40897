/**
 * Reads an upload of profiles: `POST /profiling/v1/input`, a form.
 *
 * | part | content |
 * |---|---|
 * | `event` | `event.json`: `start`, `end` (ISO 8601), `family`, `tags_profiler` (`name:value,…`), `endpoint_counts` |
 * | any other with a file name | a profile (pprof, JFR) or a file that belongs to one, compressed by itself |
 *
 * Clients of before 2022 send no `event`, but parts `start`, `end`, `family` and, one for each tag, `tags[]`.
 */

import { inflate, unreadableReason } from '../profiles/inflate'
import { decodePprof } from '../profiles/pprof'
import { type ProfileFile, type ProfileUpload, UNPACKED_LIMIT_BYTES } from '../store/profile-store'
import { DecodeError } from './decode-error'
import { type FormPart, readForm } from './form'
import { readEvent, readFields, redactEvent } from './profile-event'

/** Reads the form. Throws a `DecodeError` that names the part and the place, or an `HttpError` 413. */
export function readProfileUpload(
  body: Buffer,
  contentType: string | undefined,
  redact: boolean,
): ProfileUpload {
  const parts = readForm(body, contentType)
  const event = parts.find(({ name }) => name === 'event')
  const told = event === undefined ? readFields(parts) : readEvent(event.data)
  const files = new Map<string, ProfileFile>()
  for (const part of parts) {
    if (part === event || !isFile(part)) continue
    const name = nameOf(part, files)
    files.set(name, readFile(name, part.data))
  }
  if (files.size === 0) throw new DecodeError('form: no profile is attached')
  return { ...(redact ? redactEvent(told) : told), files: [...files.values()] }
}

/**
 * Tells files from fields: fields of old clients have no file name, and a profile without one has a name like a
 * file's.
 */
function isFile({ name, filename }: FormPart): boolean {
  return filename !== undefined || name.endsWith('.pprof')
}

/**
 * Returns the file's own name, since `data[0]` and the like name parts; of two equal names the second gets a number.
 */
function nameOf({ name, filename }: FormPart, taken: ReadonlyMap<string, unknown>): string {
  const base = (filename || name).split(/[/\\]/).at(-1) as string
  let unique = base
  for (let number = 2; taken.has(unique); number++) unique = `${base}-${number}`
  return unique
}

function readFile(name: string, view: Buffer): ProfileFile {
  // A copy, since a view would keep the whole body in memory.
  const file: ProfileFile = {
    name,
    format: 'other',
    data: Buffer.from(view),
    size: view.length,
    sampleTypes: [],
    sampleCount: 0,
  }
  const isPprof = /pprof|\.pb\b/.test(name)
  const unreadable = unreadableReason(file.data)
  if (unreadable !== undefined) return { ...file, format: isPprof ? 'pprof' : 'other', unreadable }
  try {
    const raw = inflate(file.data, UNPACKED_LIMIT_BYTES)
    file.size = raw.length
    if (raw.subarray(0, 4).toString('latin1') === 'FLR\0' || name.endsWith('.jfr'))
      return { ...file, format: 'jfr' }
    if (/\.(nd)?json$/.test(name)) return { ...file, format: 'json' }
    if (!isPprof) return file
    const { sampleTypes, samples } = decodePprof(raw)
    const totals = sampleTypes.map(() => 0)
    for (const { values } of samples)
      values.forEach((value, at) => {
        totals[at] += value
      })
    return {
      ...file,
      format: 'pprof',
      sampleTypes: sampleTypes.map((each, at) => ({ ...each, total: totals[at] })),
      sampleCount: samples.length,
    }
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`
    throw error
  }
}
