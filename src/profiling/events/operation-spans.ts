/**
 * Which span an operation belongs to. Node tells of lookups and connections after they ended, outside of any context;
 * their own spans, which the integrations `dns` and `net` make where a span is active, tell whom they were done for.
 */

import type { SpanRecord } from '../../trace/local-trace'
import { type EventSpan, operationLabels, type PerformanceEntryLike } from './event'

interface Operation {
  kind: string
  target: string
  startMs: number
  endMs: number
  span: EventSpan
}

/** Operations that may end in one turn of the event loop; Node tells of them in the next. */
const MOST = 1000
/** Our span begins a little before Node's clock and ends after it. */
const TOLERANCE_MS = 1

export class OperationSpans {
  #ended: Operation[] = []

  /** To be called with every span that finishes. */
  closed(span: SpanRecord): void {
    const kind = kindOf(span.site.name)
    const { root } = span.trace
    if (kind === undefined || root === undefined || (span.parentHi === 0 && span.parentLo === 0)) return
    const { tags, startTicks, parentHi: idHi, parentLo: idLo } = span
    const target = tags['dns.hostname'] ?? tags['dns.ip'] ?? tags['dns.address'] ?? tags['tcp.remote.port']
    if (this.#ended.length === MOST) this.#ended.shift()
    this.#ended.push({
      kind,
      target: String(target),
      startMs: startTicks,
      endMs: startTicks + span.durationMs,
      span: { idHi, idLo, rootHi: root.idHi, rootLo: root.idLo },
    })
  }

  /** The span that was active when the operation began. Each is found once. */
  find(entry: PerformanceEntryLike): EventSpan | undefined {
    const { startTime, duration, entryType } = entry
    const { host, address, port } = operationLabels(entry)
    const target = String(entryType === 'net' ? port : (host ?? address))
    let nearest = -1
    let nearestMs = Number.POSITIVE_INFINITY
    for (const [index, { kind, target: its, startMs, endMs }] of this.#ended.entries()) {
      if (kind !== entryType || its !== target) continue
      if (startMs > startTime + TOLERANCE_MS || endMs < startTime + duration - TOLERANCE_MS) continue
      // A connection begins, for Node, when its name has been looked up: only the end is the same.
      const awayMs = Math.abs(entryType === 'net' ? endMs - startTime - duration : startTime - startMs)
      if (awayMs >= nearestMs) continue
      nearest = index
      nearestMs = awayMs
    }
    return nearest < 0 ? undefined : this.#ended.splice(nearest, 1)[0].span
  }

  clear(): void {
    this.#ended = []
  }
}

function kindOf(name: string): 'dns' | 'net' | undefined {
  if (name === 'tcp.connect') return 'net'
  return name.startsWith('dns.') ? 'dns' : undefined
}
