/** Types of the package `pprof`, which is not a dependency, and a reader for its profiles. */

import type { Frame } from '../encode/profile-builder'

type Num = number | bigint | { toNumber(): number }

/** A profile of `pprof` before it is encoded: profile.proto as plain objects. */
export interface PprofProfile {
  stringTable?: readonly string[] | null
  function?: readonly { id?: Num | null; name?: Num | null; filename?: Num | null }[] | null
  location?:
    | readonly { id?: Num | null; line?: readonly { functionId?: Num | null; line?: Num | null }[] | null }[]
    | null
  sample?: readonly { locationId?: readonly Num[] | null; value?: readonly Num[] | null }[] | null
  durationNanos?: Num | null
}

interface Mapper {
  mappingInfo(position: MappedPosition): MappedPosition
}

interface MappedPosition {
  file?: string
  name?: string
  line?: number
  column?: number
}

/** The part of the package that is used. */
export interface PprofPackage {
  time: { start(intervalUs: number, name: undefined, mapper: Mapper): () => PprofProfile }
}

/** A sample with its frames resolved. */
export interface PprofSample {
  /** Frames, leaf first. */
  stack: Frame[]
  values: number[]
}

const UPPER_WORD = 2 ** 32

/** Puts columns into the upper word of lines, in the role of a source map: profiles of `pprof` have no columns. */
export const COLUMNS: Mapper = {
  mappingInfo: position => ({
    ...position,
    line: (position.column ?? 0) * UPPER_WORD + (position.line ?? 0),
  }),
}

/** Returns the samples of a profile. */
export function samplesOf(profile: PprofProfile): PprofSample[] {
  const strings = profile.stringTable ?? []
  const text = (index: Num | null | undefined): string => strings[toNumber(index)] ?? ''
  const functions = new Map((profile.function ?? []).map(each => [toNumber(each.id), each]))
  const frames = new Map<number, Frame>()
  for (const { id, line } of profile.location ?? []) {
    const owner = functions.get(toNumber(line?.[0]?.functionId))
    const packed = toNumber(line?.[0]?.line)
    const name = text(owner?.name)
    frames.set(toNumber(id), {
      name: name === '(anonymous)' ? '' : name,
      file: text(owner?.filename),
      line: packed % UPPER_WORD,
      column: Math.floor(packed / UPPER_WORD),
    })
  }
  return (profile.sample ?? []).map(({ locationId, value }) => ({
    stack: (locationId ?? []).flatMap(id => frames.get(toNumber(id)) ?? []),
    values: (value ?? []).map(toNumber),
  }))
}

function toNumber(value: Num | null | undefined): number {
  return typeof value === 'object' && value !== null ? value.toNumber() : Number(value ?? 0)
}
