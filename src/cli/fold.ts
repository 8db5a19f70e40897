/** Turns the spans of a trace into the rows of a waterfall, in which similar siblings are folded into one row. */

import type { SpanDetail } from '../agent/api-types'

/** A row of the waterfall: its spans and its place in the tree. */
export interface Row {
  /** The spans of the row, ordered by start; more than one if siblings were folded. */
  spans: SpanDetail[]
  /** For each ancestor, whether more of its siblings follow below: there the tree has a vertical line. */
  guides: boolean[]
  isLast: boolean
  depth: number
}

/** Fewest similar siblings that are folded; two are easier to read as they are. */
const FOLD_FROM = 3

/** Returns the rows from top to bottom. The children of all spans of a folded row are folded together. */
export function foldRows(spans: readonly SpanDetail[]): Row[] {
  const rows: Row[] = []
  const stack: Row[] = []
  const children = childrenBySpan(spans)
  const top = spans.filter(span => span.depth === 0)
  const push = (siblings: SpanDetail[], guides: boolean[], depth: number) => {
    const groups = foldSiblings(siblings)
    for (let at = groups.length - 1; at >= 0; at--) {
      stack.push({ spans: groups[at], guides, isLast: at === groups.length - 1, depth })
    }
  }
  push(top, [], 0)
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    rows.push(row)
    const below = row.spans.flatMap(span => children.get(span) ?? [])
    push(below, row.depth === 0 ? [] : [...row.guides, !row.isLast], row.depth + 1)
  }
  return rows
}

/** Returns each span's children, from the order and depth of a depth-first list. */
function childrenBySpan(spans: readonly SpanDetail[]): Map<SpanDetail, SpanDetail[]> {
  const children = new Map<SpanDetail, SpanDetail[]>()
  const path: SpanDetail[] = []
  for (const span of spans) {
    path[span.depth] = span
    children.set(span, [])
    if (span.depth > 0) children.get(path[span.depth - 1])?.push(span)
  }
  return children
}

/** Groups similar siblings. Groups too small to fold become single spans. The result is in order of start. */
function foldSiblings(siblings: SpanDetail[]): SpanDetail[][] {
  const kinds = new Map<string, SpanDetail[]>()
  for (const span of siblings) {
    const kind = kindOf(span)
    const group = kinds.get(kind)
    if (group === undefined) kinds.set(kind, [span])
    else group.push(span)
  }
  const groups: SpanDetail[][] = []
  for (const group of kinds.values()) {
    if (group.length >= FOLD_FROM) groups.push(group)
    else for (const span of group) groups.push([span])
  }
  return groups.sort((a, b) => a[0].offsetMs - b[0].offsetMs)
}

function kindOf(span: SpanDetail): string {
  const { 'error.type': type = '', 'error.message': message = '' } = span.meta
  return JSON.stringify([
    span.service,
    span.name,
    span.resource,
    span.error,
    span.error ? [type, message] : 0,
  ])
}
