/** Encodes spans as they finish, and puts the encoded spans into requests. */

import { reportFailure } from '../../core/fence'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import type { Payload } from '../encode/encoder'
import type { RequestPart, Scope, SpanFormat, SpanOutput } from './output'
import { traceStateOf, writeSpan } from './span'

/**
 * Most services that are remembered. An application with more puts data into names of services; all are forgotten
 * then.
 */
const MAX_SERVICES = 64
/** Tag of a span that a span rule keeps although its trace is dropped. */
const KEPT_BY_RULE = '_dd.span_sampling.mechanism'

function isKept({ tags }: SpanRecord): boolean {
  return tags[KEPT_BY_RULE] !== undefined
}

interface Group {
  resource: Uint8Array
  spans: SpanOutput
}

/** What a `SpanBatch` is made of. */
export interface SpanBatchOptions {
  format: SpanFormat
  scope: Scope
  /** Returns the field `resource` of the spans of a service. */
  resource: (service: string) => Uint8Array
  /** Called when the batch is full: `take` has to be called then. */
  onFull: () => void
  maxSpans: number
  maxBytes: number
}

/** The spans that will be the next request, grouped by service. */
export class SpanBatch {
  readonly #options: SpanBatchOptions
  /** Encoded spans by service, in the order in which the services came. */
  readonly #groups = new Map<string, Group>()
  byteLength = 0
  #spanCount = 0
  #traceCount = 0

  constructor(options: SpanBatchOptions) {
    this.#options = options
  }

  /** Adds the spans of a trace that are kept. Returns how many could not be encoded. */
  add(trace: LocalTrace, spans: readonly SpanRecord[]): number {
    let failures = 0
    let isFirst = true
    const isDropped = trace.priority <= 0
    if (isDropped && !spans.some(isKept)) return 0
    const traceState = traceStateOf(trace)
    for (const span of spans) {
      if (isDropped && !isKept(span)) continue
      if (!this.#add(span, isFirst, traceState)) failures++
      // A trace is counted with its first span, in whatever batches the others are.
      else if (isFirst) this.#traceCount++
      isFirst = false
      if (this.#spanCount >= this.#options.maxSpans || this.byteLength >= this.#options.maxBytes) {
        this.#options.onFull()
      }
    }
    return failures
  }

  take(): Payload | undefined {
    if (this.#spanCount === 0) return undefined
    const parts: RequestPart[] = []
    for (const { resource, spans } of this.#groups.values()) {
      if (spans.byteLength > 0) parts.push({ resource, spans: spans.take() })
    }
    const body = this.#options.format.request(parts, this.#options.scope)
    const payload = { body, traceCount: this.#traceCount, spanCount: this.#spanCount }
    if (this.#groups.size > MAX_SERVICES) this.#groups.clear()
    this.byteLength = this.#spanCount = this.#traceCount = 0
    return payload
  }

  #add(span: SpanRecord, isFirst: boolean, traceState: string): boolean {
    const { spans } = this.#groupOf(span.service)
    const before = spans.byteLength
    try {
      writeSpan(span, isFirst, traceState, spans)
    } catch (error) {
      reportFailure('encoding a span', error)
      spans.undo()
      return false
    }
    this.byteLength += spans.byteLength - before
    this.#spanCount++
    return true
  }

  #groupOf(service: string): Group {
    let group = this.#groups.get(service)
    if (group === undefined) {
      group = { resource: this.#options.resource(service), spans: this.#options.format.newSpans() }
      this.#groups.set(service, group)
    }
    return group
  }
}
