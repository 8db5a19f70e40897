/** Decodes a pprof: stacks of functions, values as numbers, labels as text. */

import type { Profile } from 'pprof-format'
import { DecodeError } from '../intake/decode-error'
import { scanPprof } from './scan-pprof'

/** A kind of value that each sample has. */
export interface SampleType {
  /** Name of the type, such as `wall`, `cpu`, `inuse_space`. */
  type: string
  /** Unit of the values: `nanoseconds`, `bytes`, `count`. */
  unit: string
}

/** A function, one object for each, so that frames can be compared by identity. */
export interface ProfileFunction {
  name: string
  file: string
  /** Line where the function begins; 0 when unknown. */
  line: number
}

/** A stack with its values and labels. */
export interface ProfileSample {
  /** Frames, leaf first. */
  stack: ProfileFunction[]
  /** Values in the order of the sample types. */
  values: number[]
  labels: ReadonlyMap<string, string>
}

/** A decoded profile. */
export interface Pprof {
  sampleTypes: SampleType[]
  /** Index of the sample type to show first. */
  defaultType: number
  samples: ProfileSample[]
}

type Num = number | bigint

/** Largest number of frames of all stacks together; each is a pointer of eight bytes. */
const MAX_FRAMES = 5_000_000

/** Decodes an unpacked pprof. Throws a `DecodeError` with the reason. */
export function decodePprof(bytes: Buffer): Pprof {
  scanPprof(bytes)
  const profile = decode(bytes)
  const strings = profile.stringTable.strings
  const text = (index: Num): string => {
    const found = strings[Number(index)]
    if (found === undefined) throw new DecodeError(`pprof: there is no string ${index}`)
    return found
  }
  const sampleTypes = profile.sampleType.map(({ type, unit }) => ({ type: text(type), unit: text(unit) }))
  if (sampleTypes.length === 0) throw new DecodeError('no pprof: it has no sample types')
  const named = sampleTypes.findIndex(({ type }) => type === text(profile.defaultSampleType))
  return {
    sampleTypes,
    // As profile.proto says, the last type is the default if none is named.
    defaultType: named < 0 ? sampleTypes.length - 1 : named,
    samples: samplesOf(profile, sampleTypes.length, text),
  }
}

function decode(bytes: Buffer): Profile {
  // Loaded with the first profile.
  const { Profile } = require('pprof-format') as typeof import('pprof-format')
  try {
    return Profile.decode(bytes)
  } catch (error) {
    throw new DecodeError(`no pprof: ${error instanceof Error ? error.message : error}`)
  }
}

function samplesOf(profile: Profile, typeCount: number, text: (index: Num) => string): ProfileSample[] {
  const stacks = stacksOf(profile, text)
  let frameCount = 0
  return profile.sample.map(({ locationId, value, label }, at) => {
    if (value.length !== typeCount)
      throw new DecodeError(`pprof: sample ${at} has ${value.length} values for ${typeCount} sample types`)
    const stack: ProfileFunction[] = []
    for (const id of locationId) {
      const frames = stacks.get(Number(id))
      if (frames === undefined)
        throw new DecodeError(`pprof: sample ${at} names location ${id}, which is not there`)
      for (const frame of frames) stack.push(frame)
    }
    frameCount += stack.length
    if (frameCount > MAX_FRAMES) throw new DecodeError(`pprof: more than ${MAX_FRAMES} frames`)
    const labels = new Map<string, string>()
    for (const { key, str, num } of label)
      labels.set(text(key), Number(str) === 0 ? numberText(text(key), num) : text(str))
    return {
      stack: stack.length === 0 || stack[0].name === '' ? nameless(labels) : stack,
      values: value.map(toNumber),
      labels,
    }
  })
}

/** Returns the functions of each location: more than one where functions were inlined. */
function stacksOf(profile: Profile, text: (index: Num) => string): Map<number, ProfileFunction[]> {
  const same = new Map<string, ProfileFunction>()
  const functions = new Map<number, ProfileFunction>()
  for (const { id, name, filename, startLine } of profile.function) {
    const key = `${text(name)}\n${text(filename)}\n${startLine}`
    const known = same.get(key) ?? { name: text(name), file: text(filename), line: Number(startLine) }
    same.set(key, known)
    functions.set(Number(id), known)
  }
  const stacks = new Map<number, ProfileFunction[]>()
  for (const { id, line, address } of profile.location) {
    const frames = line.map(({ functionId }) => {
      const found = functions.get(Number(functionId))
      if (found === undefined)
        throw new DecodeError(`pprof: location ${id} names function ${functionId}, which is not there`)
      return found
    })
    // Native code without a symbol.
    const unnamed = { name: `0x${address.toString(16)}`, file: '', line: 0 }
    stacks.set(Number(id), frames.length > 0 ? frames : [unnamed])
  }
  return stacks
}

const operations = new Map<string, ProfileFunction>()
const MAX_OPERATIONS = 1000

/** Returns the name of a sample without a stack, such as one of a timeline, from the event in its labels. */
function nameless(labels: ReadonlyMap<string, string>): ProfileFunction[] {
  const words = [labels.get('event'), labels.get('operation') ?? labels.get('gc type')].filter(Boolean)
  const name = words.length > 0 ? `(${words.join(' ')})` : '(no code)'
  let found = operations.get(name)
  if (found === undefined) {
    if (operations.size >= MAX_OPERATIONS) operations.clear()
    found = { name, file: '', line: 0 }
    operations.set(name, found)
  }
  return [found]
}

function toNumber(value: Num): number {
  return Number(signed(value))
}

/** Returns the text of a numeric label: an int64, but span ids are unsigned. */
function numberText(key: string, value: Num): string {
  return String(key.endsWith('span id') ? BigInt.asUintN(64, BigInt(value)) : signed(value))
}

/** Converts to int64, since the decoder reads all numbers as unsigned. */
function signed(value: Num): Num {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : value
}
