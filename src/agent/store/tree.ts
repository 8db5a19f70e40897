/** Arranges the spans of a trace as a tree, also where spans are missing. */

import type { SpanRecord } from '../intake/span'

/** A span with its children. */
export interface SpanNode {
  span: SpanRecord
  /** Child nodes by start. */
  children: SpanNode[]
  /** True if the node stands for a parent that has not arrived; its times are those of its children. */
  synthetic: boolean
}

/** The tree of a trace. */
export interface SpanTree {
  root: SpanNode
  /** Spans whose parent is not in the trace. */
  orphanCount: number
}

/**
 * Returns the tree of at least one span. A single span without its parent is the root, be its parent in another process
 * or lost. Several such spans are gathered under a synthetic node: below the real root if there is just one, else on
 * top.
 */
export function buildTree(spans: Iterable<SpanRecord>): SpanTree {
  const nodes = new Map<bigint, SpanNode>()
  for (const span of spans) nodes.set(span.spanId, { span, children: [], synthetic: false })
  const roots: SpanNode[] = []
  const orphans: SpanNode[] = []
  for (const node of nodes.values()) {
    const { parentId, spanId } = node.span
    const parent = parentId === spanId ? undefined : nodes.get(parentId)
    if (parentId === 0n || parentId === spanId) roots.push(node)
    else if (parent === undefined) orphans.push(node)
    else parent.children.push(node)
  }
  breakCycles(nodes, roots, orphans)
  for (const node of nodes.values()) node.children.sort(byStart)
  return { root: join(roots.sort(byStart), orphans.sort(byStart)), orphanCount: orphans.length }
}

function join(roots: SpanNode[], orphans: SpanNode[]): SpanNode {
  if (roots.length === 1) {
    const root = roots[0]
    if (orphans.length > 0) {
      root.children.push(synthesize(orphans, 0n))
      root.children.sort(byStart)
    }
    return root
  }
  if (roots.length + orphans.length === 1) return orphans[0]
  const wanted = orphans[0]?.span.parentId ?? 0n
  const oneParent = roots.length === 0 && orphans.every(node => node.span.parentId === wanted)
  return synthesize([...roots, ...orphans].sort(byStart), oneParent ? wanted : 0n)
}

/** Cuts each circle at its first span: spans that are each other's ancestors hang from no root. */
function breakCycles(nodes: Map<bigint, SpanNode>, roots: SpanNode[], orphans: SpanNode[]): void {
  const reached = new Set<SpanNode>()
  const reach = (from: SpanNode) => {
    const stack = [from]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (reached.has(node)) continue
      reached.add(node)
      for (const child of node.children) stack.push(child)
    }
  }
  for (const node of [...roots, ...orphans]) reach(node)
  if (reached.size === nodes.size) return
  for (const node of nodes.values()) {
    if (reached.has(node)) continue
    const parent = nodes.get(node.span.parentId)
    if (parent !== undefined) parent.children = parent.children.filter(child => child !== node)
    orphans.push(node)
    reach(node)
  }
}

function synthesize(children: SpanNode[], spanId: bigint): SpanNode {
  const first = children[0].span
  let endNs = 0n
  for (const { span } of children) {
    const end = span.startNs + BigInt(span.durationNs)
    if (end > endNs) endNs = end
  }
  const span: SpanRecord = {
    traceId: first.traceId,
    spanId,
    parentId: 0n,
    service: '',
    name: '(parent not received)',
    resource: '(parent not received)',
    type: '',
    error: 0,
    startNs: first.startNs,
    durationNs: Number(endNs - first.startNs),
    meta: {},
    metrics: {},
  }
  return { span, children, synthetic: true }
}

function byStart(a: SpanNode, b: SpanNode): number {
  return a.span.startNs < b.span.startNs ? -1 : a.span.startNs > b.span.startNs ? 1 : 0
}
