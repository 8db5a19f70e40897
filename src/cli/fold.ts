/** Turns the spans of a trace into the rows of a waterfall, alike siblings folded into one. */

import type { SpanDetail } from '../agent/api-types'

export interface Row {
  /** One span, or all that were folded, by start. */
  spans: SpanDetail[]
  /** Lines of the tree to the left, one an ancestor: whether more of its siblings follow below. */
  guides: boolean[]
  isLast: boolean
  depth: number
}

/** Two of a kind are easier read as they are; from three on they are one row. */
const FOLD_FROM = 3

/** The rows from top to bottom. What is below the spans of a folded row is folded likewise, all of it together. */
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

/** Each span's children, from the order and depth of a depth-first list. */
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

/** Alike spans together, at the place of the first; groups too small to fold stay single spans in order of start. */
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
