/** Merges the pprofs of several windows, threads and processes into one. */

import type { Label, Line, Location, Profile } from 'pprof-format'

type Format = typeof import('pprof-format')

/** A profile to merge. */
export interface ProfilePart {
  pprof: Uint8Array
  /** Process that the part is of; samples of several processes get a label `process id`. */
  pid: number
  /** Value for the label `os thread id`, if the part was written by another process. */
  osThreadId?: string
}

/** The merged profile and its figures. */
export interface MergedProfile {
  /** The merged pprof, not compressed. */
  pprof: Uint8Array
  stacks: number
  /** Seconds from the beginning of the first part to the end of the last. */
  seconds: number
  /** Sum of the values of the default type; undefined if no part has that type. */
  total: number | undefined
  unit: string
  /** Names of all sample types. */
  types: string[]
}

/** Merges the parts. `defaultType` is the sample type that viewers show first. */
export function mergeProfiles(parts: readonly ProfilePart[], defaultType: string): MergedProfile {
  const format = require('pprof-format') as Format
  const merging = new Merging(format)
  const isOne = parts.every(({ pid }) => pid === parts[0].pid)
  for (const { pprof, pid, osThreadId } of parts)
    merging.add(format.Profile.decode(pprof), isOne ? undefined : pid, osThreadId)
  return merging.finish(defaultType)
}

class Merging {
  readonly #format: Format
  readonly #result: Profile
  readonly #types: string[] = []
  readonly #functions = new Map<string, number>()
  readonly #locations = new Map<string, number>()
  #start = Number.POSITIVE_INFINITY
  #end = 0

  constructor(format: Format) {
    this.#format = format
    this.#result = new format.Profile({ stringTable: new format.StringTable() })
  }

  add(profile: Profile, pid: number | undefined, osThreadId: string | undefined): void {
    const result = this.#result
    const { strings } = profile.stringTable
    const text = (index: number | bigint): number => result.stringTable.dedup(strings[Number(index)] ?? '')
    const places = profile.sampleType.map(({ type, unit }) => this.#placeOf(text(type), text(unit)))
    const functions = new Map(profile.function.map(each => [Number(each.id), each]))
    const locationIds = new Map<number, number>()
    for (const { id, line } of profile.location) {
      const lines = line.map(each => {
        const { name = 0, filename = 0, startLine = 0 } = functions.get(Number(each.functionId)) ?? {}
        return {
          ...each,
          functionId: this.#functionOf(text(name), text(filename), Number(startLine)),
        } as Line
      })
      locationIds.set(Number(id), this.#locationOf(lines))
    }
    for (const { locationId, value, label } of profile.sample) {
      const values = new Array<number | bigint>(this.#types.length).fill(0)
      for (const [at, each] of value.entries()) values[places[at]] = each
      const labels = label.map(each => {
        const isOsThread = osThreadId !== undefined && strings[Number(each.key)] === 'os thread id'
        const str = isOsThread ? result.stringTable.dedup(osThreadId) : text(each.str)
        return { ...each, key: text(each.key), str, numUnit: text(each.numUnit) } as Label
      })
      if (pid !== undefined)
        labels.push(new this.#format.Label({ key: result.stringTable.dedup('process id'), num: pid }))
      const ids = locationId.map(id => locationIds.get(Number(id)) ?? 0)
      result.sample.push(new this.#format.Sample({ locationId: ids, value: values, label: labels }))
    }
    this.#addTime(profile, text)
  }

  finish(defaultType: string): MergedProfile {
    const result = this.#result
    const { strings } = result.stringTable
    // Samples that were added before a type was known have no value for it.
    for (const { value } of result.sample) while (value.length < this.#types.length) value.push(0)
    const at = result.sampleType.findIndex(({ type }) => strings[Number(type)] === defaultType)
    const durationNs = Math.max(0, this.#end - this.#start)
    result.timeNanos = BigInt(Math.round(Number.isFinite(this.#start) ? this.#start : 0))
    result.durationNanos = Math.round(durationNs)
    result.defaultSampleType = result.stringTable.dedup(defaultType)
    return {
      pprof: result.encode(),
      stacks: result.sample.length,
      seconds: durationNs / 1e9,
      total: at < 0 ? undefined : result.sample.reduce((sum, { value }) => sum + Number(value[at]), 0),
      types: result.sampleType.map(({ type }) => strings[Number(type)]),
      unit: at < 0 ? '' : strings[Number(result.sampleType[at].unit)],
    }
  }

  #addTime(
    { timeNanos, durationNanos, period, periodType }: Profile,
    text: (index: number | bigint) => number,
  ): void {
    this.#start = Math.min(this.#start, Number(timeNanos))
    this.#end = Math.max(this.#end, Number(timeNanos) + Number(durationNanos))
    this.#result.period ||= period
    const { type = 0, unit = 0 } = periodType ?? {}
    this.#result.periodType ??= new this.#format.ValueType({ type: text(type), unit: text(unit) })
  }

  #placeOf(type: number, unit: number): number {
    const key = `${type} ${unit}`
    const known = this.#types.indexOf(key)
    if (known >= 0) return known
    this.#result.sampleType.push(new this.#format.ValueType({ type, unit }))
    return this.#types.push(key) - 1
  }

  #functionOf(name: number, filename: number, startLine: number): number {
    const key = `${name} ${filename} ${startLine}`
    let id = this.#functions.get(key)
    if (id === undefined) {
      id = this.#functions.size + 1
      this.#functions.set(key, id)
      this.#result.function.push(
        new this.#format.Function({ id, name, systemName: name, filename, startLine }),
      )
    }
    return id
  }

  #locationOf(line: Location['line']): number {
    const key = line.map(each => `${each.functionId} ${each.line} ${each.column}`).join(';')
    let id = this.#locations.get(key)
    if (id === undefined) {
      id = this.#locations.size + 1
      this.#locations.set(key, id)
      this.#result.location.push(new this.#format.Location({ id, line }))
    }
    return id
  }
}
