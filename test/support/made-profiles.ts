/** Makes profiles and uploads of profiles for tests with foreign encoders. */

import {
  Function as Code,
  Label,
  Line,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format'

export interface MadeSample {
  /** Names of functions, leaf first; `name@file:line` when the file matters. */
  stack: string[]
  values: (number | bigint)[]
  labels?: Record<string, string | number | bigint>
}

/** A pprof, not compressed; sample types as `wall/nanoseconds`. */
export function madeProfile(
  types: readonly string[],
  samples: readonly MadeSample[],
  defaultType = '',
): Buffer {
  const strings = new StringTable()
  const profile = new Profile({
    stringTable: strings,
    sampleType: types.map(each => {
      const [type, unit] = each.split('/')
      return new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) })
    }),
    defaultSampleType: strings.dedup(defaultType),
  })
  const ids = new Map<string, number>()
  const locationOf = (frame: string): number => {
    const known = ids.get(frame)
    if (known !== undefined) return known
    const id = ids.size + 1
    ids.set(frame, id)
    const [name, place = ''] = frame.split('@')
    const [filename, startLine = '0'] = place.split(':')
    const texts = {
      name: strings.dedup(name),
      systemName: strings.dedup(name),
      filename: strings.dedup(filename),
    }
    profile.function.push(new Code({ id, ...texts, startLine: Number(startLine) }))
    profile.location.push(new Location({ id, line: [new Line({ functionId: id, line: 1 })] }))
    return id
  }
  for (const { stack, values, labels = {} } of samples) {
    const label = Object.entries(labels).map(([key, value]) => {
      const rest = typeof value === 'string' ? { str: strings.dedup(value) } : { num: value }
      return new Label({ key: strings.dedup(key), ...rest })
    })
    profile.sample.push(new Sample({ locationId: stack.map(locationOf), value: [...values], label }))
  }
  return Buffer.from(profile.encode())
}

export interface MadeUpload {
  body: Buffer
  contentType: string
}

/** What `event.json` has, and what of it is to be different; undefined leaves a field out. */
export function madeEvent(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    attachments: ['wall.pprof'],
    start: '2026-08-01T10:00:00.000Z',
    end: '2026-08-01T10:01:05.000Z',
    family: 'node',
    version: '4',
    tags_profiler:
      'language:javascript,runtime:nodejs,service:shop,env:prod,version:1.2.0,runtime-id:4e4f,profile_seq:0',
    endpoint_counts: { 'GET /cart': 42, 'POST /orders': 3 },
    ...fields,
  }
}

/** A form by Node's own writer; a string is the body of `event`, files by name. */
export async function madeUpload(
  event: Record<string, unknown> | string | undefined,
  files: Record<string, Uint8Array>,
): Promise<MadeUpload> {
  const form = new FormData()
  if (event !== undefined) {
    const text = typeof event === 'string' ? event : JSON.stringify(event)
    form.append('event', new Blob([text], { type: 'application/json' }), 'event.json')
  }
  for (const [name, bytes] of Object.entries(files)) form.append(name, new Blob([bytes]), name)
  return encodeForm(form)
}

export async function encodeForm(form: FormData): Promise<MadeUpload> {
  const response = new Response(form)
  const contentType = response.headers.get('content-type') ?? ''
  return { body: Buffer.from(await response.arrayBuffer()), contentType }
}
