/** Encodes a CPU profile of the inspector as `wall.pprof`. */

import type { Profiler, Runtime } from 'node:inspector'
import type { Frame } from '../encode/profile-builder'
import { encodeWallHits, type Hits } from '../encode/wall'

/** What the encoding needs to know besides the profile. */
export interface WallEncoding {
  /** Time between samples that the inspector was told to keep. */
  intervalUs: number
  /** Whether each sample keeps its time. */
  timeline: boolean
  /** Time at which the profile was stopped, in ms since the epoch. */
  endMs: number
}

/** Encodes the profile. */
export function encodeWall(profile: Profiler.Profile, options: WallEncoding): Promise<Uint8Array> {
  const { intervalUs, timeline, endMs } = options
  const hits = timeline ? eachSample(profile, endMs) : sums(profile)
  const durationUs = profile.endTime - profile.startTime
  return encodeWallHits(hits, { intervalUs, durationUs, endMs, count: profile.samples?.length ?? 0 })
}

function* sums(profile: Profiler.Profile): Generator<Hits> {
  const stacks = stacksOf(profile.nodes)
  for (const { id, hitCount: count = 0 } of profile.nodes) if (count > 0) yield { stack: stacks(id), count }
}

function* eachSample(
  { nodes, samples, timeDeltas, ...profile }: Profiler.Profile,
  endMs: number,
): Generator<Hits> {
  const stacks = stacksOf(nodes)
  let atUs = profile.startTime
  for (const [index, id] of (samples ?? []).entries()) {
    atUs += timeDeltas?.[index] ?? 0
    const endedUs = Math.round(endMs * 1000 - (profile.endTime - atUs))
    yield { stack: stacks(id), count: 1, endedNs: BigInt(endedUs) * 1000n }
  }
}

/** Returns a function that gives the frames of a node and its callers; the root is no frame. */
function stacksOf(nodes: readonly Profiler.ProfileNode[]): (id: number) => readonly Frame[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, frameOf(callFrame)]))
  const callers = new Map<number, number>()
  for (const { id, children } of nodes) for (const child of children ?? []) callers.set(child, id)
  const known = new Map<number, readonly Frame[]>()
  return id => {
    let stack = known.get(id)
    if (stack === undefined) {
      const found: Frame[] = []
      for (let at = id; callers.has(at); at = callers.get(at) as number) found.push(frames.get(at) as Frame)
      stack = found
      known.set(id, stack)
    }
    return stack
  }
}

/** Converts a call frame of the inspector, which counts lines and columns from 0 and has -1 where there is no code. */
export function frameOf({ functionName, url, lineNumber, columnNumber }: Runtime.CallFrame): Frame {
  return {
    name: functionName,
    file: url,
    line: Math.max(lineNumber + 1, 0),
    column: Math.max(columnNumber + 1, 0),
  }
}
