/** Builds a pprof in JavaScript, with each string, function and location once. Not for hot code. */

import type { Profile, StringTable } from 'pprof-format'
import { thread } from '../thread'

/** A frame of a stack. */
export interface Frame {
  /** Empty for an anonymous function. */
  name: string
  /** Path or URL. */
  file: string
  /** 1-based, as the column; 0 = unknown. */
  line: number
  column: number
}

/** Fields of a profile that are known only at its end. */
export interface ProfileEnd {
  periodType: readonly [type: string, unit: string]
  period: number
  timeNanos: bigint
  durationNanos: number
  defaultType: string
}

type Labels = Readonly<Record<string, string | number | bigint>>

type PprofFormat = typeof import('pprof-format')

/** Labels that every sample of this thread has. */
export const THREAD_LABELS: Labels = {
  'thread name': thread.name,
  'thread id': thread.id,
  // JavaScript has no other way to learn the id of a thread in the system.
  'os thread id': thread.main && process.platform === 'linux' ? String(process.pid) : 'NA',
}

/** Collects samples and encodes the profile. */
export class ProfileBuilder {
  readonly #format: PprofFormat = require('pprof-format')
  readonly #strings: StringTable = new this.#format.StringTable()
  readonly #profile: Profile
  readonly #frames = new Map<Frame, number>()
  readonly #functions = new Map<string, number>()
  readonly #locations = new Map<string, number>()

  /** Begins a profile with these sample types. */
  constructor(sampleTypes: readonly (readonly [type: string, unit: string])[]) {
    const sampleType = sampleTypes.map(each => this.#valueType(each))
    this.#profile = new this.#format.Profile({ sampleType, stringTable: this.#strings })
  }

  /** Returns the id of a frame's location. */
  frame(frame: Frame): number {
    let id = this.#frames.get(frame)
    if (id === undefined) {
      const { name, file, line, column } = frame
      const shown = name || (line === 0 ? '(anonymous)' : `(anonymous:L#${line}:C#${column})`)
      const path = file.startsWith('file://') ? file.slice('file://'.length) : file
      id = this.#location(shown, path, line, column)
      this.#frames.set(frame, id)
    }
    return id
  }

  /** Returns the id of a location whose function has no name, for samples that are not code. */
  nameless(): number {
    return this.#location('', '', 0, 0)
  }

  /** Adds a sample; `stack` goes from the leaf to the root. */
  sample(stack: readonly number[], value: (number | bigint)[], labels: Labels): void {
    const label = Object.entries(labels).map(([key, each]) => {
      const named = { key: this.#strings.dedup(key) }
      return typeof each === 'string' ? { ...named, str: this.#strings.dedup(each) } : { ...named, num: each }
    })
    this.#profile.sample.push(new this.#format.Sample({ locationId: [...stack], value, label }))
  }

  /** Resolves with the encoded profile. The work is done in slices. */
  finish({ periodType, period, timeNanos, durationNanos, defaultType }: ProfileEnd): Promise<Uint8Array> {
    const profile = this.#profile
    profile.periodType = this.#valueType(periodType)
    profile.period = period
    profile.timeNanos = timeNanos
    profile.durationNanos = durationNanos
    profile.defaultSampleType = this.#strings.dedup(defaultType)
    return profile.encodeAsync()
  }

  #location(shown: string, path: string, line: number, column: number): number {
    const key = `${shown}\n${path}\n${line}\n${column}`
    let id = this.#locations.get(key)
    if (id === undefined) {
      id = this.#locations.size + 1
      this.#locations.set(key, id)
      const where = new this.#format.Line({ functionId: this.#function(shown, path), line, column })
      this.#profile.location.push(new this.#format.Location({ id, line: [where] }))
    }
    return id
  }

  #valueType([type, unit]: readonly [string, string]): InstanceType<PprofFormat['ValueType']> {
    const { ValueType } = this.#format
    return new ValueType({ type: this.#strings.dedup(type), unit: this.#strings.dedup(unit) })
  }

  #function(shown: string, path: string): number {
    const key = `${shown}\n${path}`
    let id = this.#functions.get(key)
    if (id === undefined) {
      id = this.#functions.size + 1
      this.#functions.set(key, id)
      const name = this.#strings.dedup(shown)
      const filename = this.#strings.dedup(path)
      this.#profile.function.push(new this.#format.Function({ id, name, systemName: name, filename }))
    }
    return id
  }
}
