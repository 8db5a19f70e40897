/** The floor's spans: what has to be known of a span, and its way into the payload once its trace is complete. */

import { randomFillSync } from 'node:crypto'
import type { Bytes } from './bytes'
import type { Kind } from './kind'
import type { Payload } from './payload'

export type Tags = Record<string, string | number>

const ids = new Int32Array(4096)
let nextId = ids.length
/** Wall clock at zero of the monotonic one. */
const originMs = Date.now() - performance.now()

/** Upper half of every trace id. */
const TRACE_ID_UPPER = Math.floor(Date.now() / 1000)
  .toString(16)
  .padEnd(16, '0')

export class FloorSpan {
  readonly kind: Kind
  readonly hi: number
  readonly lo: number
  readonly parent: FloorSpan | undefined
  readonly root: FloorSpan
  readonly start: number
  duration: number
  readonly tags: Tags
  resource: string
  error: 0 | 1
  /** All spans of the trace, and the number of open ones; used on the root only. */
  readonly spans: FloorSpan[]
  openCount: number

  constructor(kind: Kind, parent: FloorSpan | undefined, resource: string, tags: Tags) {
    if (nextId === ids.length) {
      randomFillSync(ids)
      nextId = 0
    }
    this.kind = kind
    this.hi = (ids[nextId] as number) & 0x7fffffff
    this.lo = ids[nextId + 1] as number
    nextId += 2
    this.parent = parent
    this.root = parent === undefined ? this : parent.root
    this.start = performance.now()
    this.duration = -1
    this.tags = tags
    this.resource = resource
    this.error = 0
    this.openCount = 0
    this.spans = parent === undefined ? [] : parent.spans
    this.spans.push(this)
    this.root.openCount++
  }

  finish(payload: Payload): void {
    this.duration = performance.now() - this.start
    if (--this.root.openCount > 0) return
    const { spans } = this
    payload.trace(spans.length)
    for (let index = 0; index < spans.length; index++) write(payload.out, spans[index] as FloorSpan)
  }
}

/** Numbers of the span at hand: they follow its texts. */
const numberKeys: string[] = []
const numbers: number[] = []

function write(out: Bytes, span: FloorSpan): void {
  const { kind, parent, root, tags } = span
  const head = out.at
  out.copy(kind.head)
  out.words(head + kind.traceId, root.hi, root.lo)
  out.words(head + kind.spanId, span.hi, span.lo)
  if (parent !== undefined) out.words(head + kind.parentId, parent.hi, parent.lo)
  out.bytes[head + kind.error] = span.error
  out.time(head + kind.start, originMs + span.start)
  out.time(head + kind.duration, span.duration)

  let metaCount = kind.metaCount
  let count = 0
  for (const key in tags) {
    const value = tags[key] as string | number
    if (typeof value === 'string') {
      out.text(key)
      out.text(value)
      metaCount++
    } else {
      numberKeys[count] = key
      numbers[count++] = value
    }
  }
  if (parent === undefined) {
    out.text('_dd.p.dm')
    out.text('-1')
    out.text('_dd.p.tid')
    out.text(TRACE_ID_UPPER)
    metaCount += 2
  }
  out.view.setUint16(head + kind.metaSize, metaCount)

  const metrics = out.at
  out.copy(kind.metrics)
  for (let index = 0; index < count; index++) {
    out.text(numberKeys[index] as string)
    out.number(numbers[index] as number)
  }
  let metricsCount = kind.metricsCount + count
  if (parent === undefined) {
    out.text('_sampling_priority_v1')
    out.number(1)
    out.text('_dd.top_level')
    out.number(1)
    metricsCount += 2
  }
  out.view.setUint16(metrics + kind.metricsSize, metricsCount)
  out.text('resource')
  out.text(span.resource)
}
