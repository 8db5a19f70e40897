/** Events of the timeline, such as a garbage collection, and their labels in `events.pprof`. */

import { constants } from 'node:perf_hooks'

/** Ids of a span and its local root as int32 words. */
export interface EventSpan {
  idHi: number
  idLo: number
  rootHi: number
  rootLo: number
}

/** An event of the timeline. */
export interface TimelineEvent {
  /** Beginning in ms of `performance.now()`. */
  startMs: number
  durationMs: number
  labels: Readonly<Record<string, string | number>>
  /** The span that was active when the event began. */
  span: EventSpan | undefined
}

/** The fields that are read of an entry of Node's PerformanceObserver. */
export interface PerformanceEntryLike {
  readonly entryType: string
  readonly name: string
  readonly startTime: number
  readonly duration: number
  readonly detail?: unknown
}

const TYPE_PREFIX = 'NODE_PERFORMANCE_GC_'
const FLAG_PREFIX = 'NODE_PERFORMANCE_GC_FLAGS_'
const gcTypes = new Map<number, string>()
const gcFlags = new Map<number, string>()
for (const [name, value] of Object.entries(constants as unknown as Record<string, number>)) {
  if (name.startsWith(FLAG_PREFIX)) gcFlags.set(value, name.slice(FLAG_PREFIX.length).toLowerCase())
  else if (name.startsWith(TYPE_PREFIX)) gcTypes.set(value, name.slice(TYPE_PREFIX.length).toLowerCase())
}
// Node 20 and 22 have this type of collection, but no constant for it.
const MINOR_MARK_SWEEP = 2
if (!gcTypes.has(MINOR_MARK_SWEEP)) gcTypes.set(MINOR_MARK_SWEEP, 'minor_mark_sweep')

/** Returns the labels of a garbage collection: `gc type`, and `gc reason` if the entry has flags. */
export function gcLabels({ detail }: PerformanceEntryLike): Record<string, string> {
  const { kind, flags } = detail as { kind: number; flags: number }
  const reasons: string[] = []
  for (const [flag, name] of gcFlags) if ((flags & flag) !== 0) reasons.push(name)
  const type = gcTypes.get(kind) ?? `unknown_${kind}`
  return { event: 'gc', 'gc type': type, ...(reasons.length > 0 && { 'gc reason': reasons.join(',') }) }
}

/**
 * Returns the labels of a lookup (`operation`, `host` or `address`, `port`) or a connection (`operation`, `host`,
 * `port`).
 */
export function operationLabels({
  entryType,
  name,
  detail,
}: PerformanceEntryLike): Record<string, string | number> {
  const labels: Record<string, string | number> = { event: entryType, operation: name }
  const { hostname, host, port } = (detail ?? {}) as Record<string, unknown>
  // An entry of lookupService has the address as `host` and the name that was found as `hostname`.
  if (name === 'lookupService' && typeof host === 'string') labels.address = host
  else if (typeof hostname === 'string') labels.host = hostname
  else if (typeof host === 'string') labels.host = host
  if (typeof port === 'number') labels.port = port
  return labels
}
