/** Merges the stacks of a profile into one tree: callers above, their callees below. */

import type { FlameFrame, ProfileFlame } from '../api-types'
import type { ProfileFunction } from './pprof'
import type { Selected } from './selection'

interface Node {
  frame: ProfileFunction
  self: number
  total: number
  children: Map<ProfileFunction, Node>
}

/** Returns the flame graph of the selected samples. */
export function flameOf({ about, samples, at }: Selected): ProfileFlame {
  const root = newNode({ name: 'root', file: '', line: 0 })
  for (const { stack, values } of samples) {
    const value = values[at]
    if (value === 0) continue
    let node = root
    node.total += value
    for (let index = stack.length - 1; index >= 0; index--) {
      let child = node.children.get(stack[index])
      if (child === undefined) {
        child = newNode(stack[index])
        node.children.set(stack[index], child)
      }
      child.total += value
      node = child
    }
    node.self += value
  }
  return { ...about, frames: flatten(root) }
}

function newNode(frame: ProfileFunction): Node {
  return { frame, self: 0, total: 0, children: new Map() }
}

/** Returns the tree as a list, since stacks may be deeper than JSON and its readers can nest. */
function flatten(root: Node): FlameFrame[] {
  const frames: FlameFrame[] = []
  const waiting: [Node, number][] = [[root, 0]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [{ frame, self, total, children }, depth] = next
    frames.push({ ...frame, self, total, depth })
    // The most expensive child is pushed last, and so comes next.
    for (const child of [...children.values()].sort((a, b) => a.total - b.total))
      waiting.push([child, depth + 1])
  }
  return frames
}
