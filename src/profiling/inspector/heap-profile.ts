/** Encodes a sampling heap profile of the inspector as `space.pprof`. */

import type { Runtime } from 'node:inspector'
import type { Frame } from '../encode/profile-builder'
import { encodeLiveAllocations, type LiveAllocations } from '../encode/space'
import { frameOf } from './cpu-profile'

/** `HeapProfiler.SamplingHeapProfile`; the types of Node 20 lack half of it. */
export interface SamplingHeapProfile {
  head: SamplingHeapProfileNode
  samples: readonly { nodeId: number }[]
}

interface SamplingHeapProfileNode {
  id: number
  callFrame: Runtime.CallFrame
  /** Bytes that are alive. */
  selfSize: number
  children: readonly SamplingHeapProfileNode[]
}

/**
 * Encodes the profile. The inspector tells how many bytes of each stack are alive, but not how many objects: instead,
 * its samples are counted, which is right for objects larger than the interval and too few for smaller ones.
 */
export function encodeSpace(
  { head, samples }: SamplingHeapProfile,
  intervalBytes: number,
): Promise<Uint8Array> {
  const objects = new Map<number, number>()
  for (const { nodeId } of samples) objects.set(nodeId, (objects.get(nodeId) ?? 0) + 1)
  return encodeLiveAllocations(allocationsOf(head.children, [], objects), intervalBytes)
}

/** Yields what each node and those below it hold. The recursion is as deep as the profiler's stacks at most. */
function* allocationsOf(
  nodes: readonly SamplingHeapProfileNode[],
  callers: readonly Frame[],
  objects: ReadonlyMap<number, number>,
): Generator<LiveAllocations> {
  for (const { id, callFrame, selfSize, children } of nodes) {
    const stack = [frameOf(callFrame), ...callers]
    if (selfSize > 0) yield { stack, objects: objects.get(id) ?? 0, bytes: selfSize }
    yield* allocationsOf(children, stack, objects)
  }
}
