/** A span that records nothing: it stands for a context of another process, or is all that a tracer that is off makes. */

import { idPool, nextId } from '../std/ids'
import { AUTO_REJECT } from '../trace/priority'
import { RemoteContext } from '../trace/remote-context'
import { Span, type SpanContext } from '../trace/span'
import { remoteSpanContext, spanContextOf } from './span-context'
import type { OtelSpan, OtelSpanContext } from './types'

export class NonRecordingSpan implements OtelSpan {
  /** What it stands for, and what its children are children of. */
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

/** Passes `parent` on, or has ids of its own: what is propagated is valid, and not sampled. */
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
