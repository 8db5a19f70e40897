/** A sampling heap profile of the inspector as `space.pprof`. */

import type { Runtime } from 'node:inspector'
import type { Frame } from '../encode/profile-builder'
import { encodeSpaceHoldings, type Holding } from '../encode/space'
import { frameOf } from './cpu-profile'

/** `HeapProfiler.SamplingHeapProfile`; the types of Node 20 lack half of it. */
export interface SamplingHeapProfile {
  head: SamplingHeapProfileNode
  samples: readonly { nodeId: number }[]
}

interface SamplingHeapProfileNode {
  id: number
  callFrame: Runtime.CallFrame
  /** Bytes that live. */
  selfSize: number
  children: readonly SamplingHeapProfileNode[]
}

/**
 * The inspector tells how many bytes live for each stack, but not how many objects: the samples are counted, which is
 * right for objects larger than the interval and too few for smaller ones.
 */
export function encodeSpace(
  { head, samples }: SamplingHeapProfile,
  intervalBytes: number,
): Promise<Uint8Array> {
  const objects = new Map<number, number>()
  for (const { nodeId } of samples) objects.set(nodeId, (objects.get(nodeId) ?? 0) + 1)
  return encodeSpaceHoldings(holdings(head.children, [], objects), intervalBytes)
}

/** Depth is bounded by that of the profiler's stacks. */
function* holdings(
  nodes: readonly SamplingHeapProfileNode[],
  callers: readonly Frame[],
  objects: ReadonlyMap<number, number>,
): Generator<Holding> {
  for (const { id, callFrame, selfSize, children } of nodes) {
    const stack = [frameOf(callFrame), ...callers]
    if (selfSize > 0) yield { stack, objects: objects.get(id) ?? 0, bytes: selfSize }
    yield* holdings(children, stack, objects)
  }
}
