/** Reads the frames of a pprof with a foreign decoder, and builds profiles from frames. */

import { type Frame, ProfileBuilder } from '../../src/profiling/encode/profile-builder'

/** One sample for each frame, of which the leaf is all. */
export function profileOfFrames(frames: readonly Frame[]): Promise<Uint8Array> {
  const builder = new ProfileBuilder([['sample', 'count']])
  for (const [at, frame] of frames.entries())
    builder.sample([builder.frame(frame)], [at + 1], { 'span id': 2n ** 63n })
  return builder.finish({
    periodType: ['wall', 'nanoseconds'],
    period: 10_101_000,
    timeNanos: 1_800_000_000_123_456_789n,
    durationNanos: 1,
    defaultType: 'sample',
  })
}

export interface Decoded {
  /** Returns the frames of each sample, leaf first. */
  stacks: Frame[][]
  values: number[][]
  comments: string[]
  timeNanos: bigint
}

export function decodeFrames(bytes: Uint8Array): Decoded {
  const { Profile } = require('pprof-format') as typeof import('pprof-format')
  const profile = Profile.decode(bytes)
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? '?'
  const functions = new Map(profile.function.map(each => [Number(each.id), each]))
  const frames = new Map(
    profile.location.map(({ id, line: [{ functionId, line, column }] }) => {
      const owner = functions.get(Number(functionId))
      const [name, file] = [text(owner?.name ?? -1), text(owner?.filename ?? -1)]
      return [Number(id), { name, file, line: Number(line), column: Number(column) }]
    }),
  )
  return {
    stacks: profile.sample.map(({ locationId }) => locationId.map(id => frames.get(Number(id)) as Frame)),
    values: profile.sample.map(({ value }) => value.map(Number)),
    comments: profile.comment.map(text),
    timeNanos: BigInt(profile.timeNanos),
  }
}
