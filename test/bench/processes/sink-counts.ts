/** What the sink counts. */

/** Names beyond this many are counted together: they are data. */
const MAX_NAMES = 200

export interface Counts {
  payloads: number
  bytes: number
  /** Chunks of the agent's format; 0 for OTLP, which has none. */
  chunks: number
  spans: number
  /** Spans without a parent. */
  roots: number
  /** Spans by name. */
  names: Record<string, number>
  /** Profiles by kind (`wall`, `space`, …). */
  profiles: Record<string, number>
}

export function noCounts(): Counts {
  return { payloads: 0, bytes: 0, chunks: 0, spans: 0, roots: 0, names: {}, profiles: {} }
}

export function countSpan(counts: Counts, name: string, isRoot: boolean): void {
  counts.spans++
  if (isRoot) counts.roots++
  const known = counts.names[name] !== undefined || Object.keys(counts.names).length < MAX_NAMES
  const key = known ? name : 'other'
  counts.names[key] = (counts.names[key] ?? 0) + 1
}
