/** A span that records nothing: the API's view of a remote context, and what a tracer that is off returns. */

import { idPool, nextId } from '../std/ids'
import { AUTO_REJECT } from '../trace/priority'
import { RemoteContext } from '../trace/remote-context'
import { Span, type SpanContext } from '../trace/span'
import { remoteSpanContext, spanContextOf } from './span-context'
import type { OtelSpan, OtelSpanContext } from './types'

/** Has a span context, and methods that do nothing. */
export class NonRecordingSpan implements OtelSpan {
  /** The parent of this span's children: the span or remote context that it represents. */
  readonly owner: SpanContext
  #context: OtelSpanContext | undefined

  constructor(owner: SpanContext) {
    this.owner = owner
  }

  spanContext(): OtelSpanContext {
    this.#context ??= this.owner instanceof Span ? spanContextOf(this.owner) : remoteSpanContext(this.owner)
    return this.#context
  }

  isRecording(): boolean {
    return false
  }

  setAttribute(): this {
    return this
  }
  setAttributes(): this {
    return this
  }
  addEvent(): this {
    return this
  }
  addLink(): this {
    return this
  }
  addLinks(): this {
    return this
  }
  setStatus(): this {
    return this
  }
  updateName(): this {
    return this
  }
  end(): void {}
  recordException(): void {}
}

/**
 * Returns a span that represents `parent`, or without one a new trace that is not sampled, so that valid ids are
 * propagated.
 */
export function nonRecordingSpan(parent: SpanContext | undefined): NonRecordingSpan {
  if (parent !== undefined) return new NonRecordingSpan(parent)
  const context = new RemoteContext()
  const trace = nextId()
  context.traceHi = idPool[trace]
  context.traceLo = idPool[trace + 1]
  const span = nextId()
  context.spanHi = idPool[span]
  context.spanLo = idPool[span + 1]
  context.upperHi = Math.floor(Date.now() / 1000) | 0
  context.priority = AUTO_REJECT
  return new NonRecordingSpan(context)
}
