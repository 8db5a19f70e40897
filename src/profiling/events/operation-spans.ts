/**
 * Finds the span in which an operation was made. Node reports lookups and connections after they ended, outside of
 * any async context; but the integrations `dns` and `net` make a span for each within an active span, which is
 * matched here.
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

/** Most operations that are remembered. They end in one turn of the event loop, and Node reports them in the next. */
const MOST = 1000
/** How much earlier than Node's entry the tracer's span may end, or begin later. */
const TOLERANCE_MS = 1

/** Remembers finished spans of operations until Node reports the operations. */
export class OperationSpans {
  #ended: Operation[] = []

  /** Takes note of a finished span, of any kind. */
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

  /** Returns the span that was active when the operation began, and forgets the operation. */
  find(entry: PerformanceEntryLike): EventSpan | undefined {
    const { startTime, duration, entryType } = entry
    const { host, address, port } = operationLabels(entry)
    const target = String(entryType === 'net' ? port : (host ?? address))
    let nearest = -1
    let nearestMs = Number.POSITIVE_INFINITY
    for (const [index, { kind, target: its, startMs, endMs }] of this.#ended.entries()) {
      if (kind !== entryType || its !== target) continue
      if (startMs > startTime + TOLERANCE_MS || endMs < startTime + duration - TOLERANCE_MS) continue
      // Node's entry of a connection begins after the lookup of its name, so only the ends can be compared.
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
