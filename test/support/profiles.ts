/** Reads pprof with a foreign decoder, and sums samples by function and by label. */

interface Decoded {
  stringTable: { strings: string[] }
  sampleType: { type: number | bigint }[]
  sample: {
    locationId: (number | bigint)[]
    value: (number | bigint)[]
    label: { key: number | bigint; str: number | bigint; num: number | bigint }[]
  }[]
  location: {
    id: number | bigint
    line: { functionId: number | bigint; line: number | bigint; column: number | bigint }[]
  }[]
  function: { id: number | bigint; name: number | bigint; startLine: number | bigint }[]
}

export interface ProfileSample {
  /** Function names, leaf first. */
  stack: string[]
  values: Record<string, number>
  labels: Record<string, string>
}

interface Decoder {
  Profile: { decode(bytes: Uint8Array): Decoded }
}

/** Samples of a pprof file (not compressed). */
export function readProfile(bytes: Uint8Array): ProfileSample[] {
  const { Profile } = require('pprof-format') as Decoder
  const profile = Profile.decode(bytes)
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? ''
  const functions = new Map(profile.function.map(({ id, name }) => [Number(id), text(name)]))
  const frames = new Map(
    profile.location.map(({ id, line }) => [Number(id), functions.get(Number(line[0]?.functionId)) ?? '']),
  )
  const types = profile.sampleType.map(({ type }) => text(type))
  return profile.sample.map(({ locationId, value, label }) => ({
    stack: locationId.map(id => frames.get(Number(id)) ?? ''),
    values: Object.fromEntries(types.map((type, at) => [type, Number(value[at])])),
    labels: Object.fromEntries(
      label.map(({ key, str, num }) => [text(key), Number(str) === 0 ? String(num) : text(str)]),
    ),
  }))
}

/** Where a frame is: `start` is its function's first line. */
export interface Line {
  name: string
  line: number
  column: number
  start: number
}

/** The lines of all samples, leaf first. */
export function readLines(bytes: Uint8Array): Line[][] {
  const { Profile } = require('pprof-format') as Decoder
  const { location, sample, stringTable, ...profile } = Profile.decode(bytes)
  const functions = new Map(profile.function.map(each => [Number(each.id), each]))
  const lines = new Map(
    location.map(({ id, line: [{ functionId, line, column }] }) => {
      const owner = functions.get(Number(functionId))
      const name = stringTable.strings[Number(owner?.name)] ?? ''
      const start = Number(owner?.startLine)
      return [Number(id), { name, line: Number(line), column: Number(column), start }]
    }),
  )
  return sample.map(({ locationId }) => locationId.map(id => lines.get(Number(id)) as Line))
}

/** Sum of one value over the samples whose stack holds the function. */
export function sumOf(samples: readonly ProfileSample[], type: string, functionName?: string): number {
  return samples
    .filter(({ stack }) => functionName === undefined || stack.includes(functionName))
    .reduce((sum, { values }) => sum + (values[type] ?? 0), 0)
}
