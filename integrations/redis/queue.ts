/**
 * Commands of `redis` 4 and later. Every one goes through the client's queue: those of the application, of a MULTI or a
 * pipeline, and those that the client sends for itself after connecting.
 */

import { type AnyFunction, type PatchTools, perIntegration, type Span } from '../../src/kit/index'
import { endWith, RedisSpans } from '../../src/kit/redis/index'
import { addressOf } from './address'
import { requireAs } from './resolve-sibling'
import type { Constructor, ListModule, Waiting } from './types'

/** The span of the command that is being queued, until the functions that settle its promise have been found. */
let queuing: { span: Span; spans: RedisSpans } | undefined

const spansOf = perIntegration(tools => new RedisSpans(tools, { type: 'redis', serviceSuffix: 'redis' }))

/** Wraps the method that queues a command. */
export function patchQueue({ default: Queue }: { default: Constructor }, tools: PatchTools): void {
  const spans = spansOf(tools)
  tools.wrap(Queue.prototype, 'addCommand', original => {
    return function (this: object, args: unknown): unknown {
      const span = tools.state.enabled ? startSpan(this, args, spans, tools) : undefined
      if (span === undefined) return Reflect.apply(original, this, arguments)
      const outer = queuing
      const own = { span, spans }
      queuing = own
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        // No command was queued: the queue is full, or the command was aborted before.
        if (queuing === own) spans.finish(span, true, new Error('The client did not accept the command'))
        queuing = outer
      }
    }
  })
}

function startSpan(queue: object, args: unknown, spans: RedisSpans, tools: PatchTools): Span | undefined {
  try {
    if (!Array.isArray(args) || args.length === 0) return undefined
    return spans.start(String(args[0]), args, 1, addressOf(queue))
  } catch (error) {
    tools.state.failed(error)
    return undefined
  }
}

/** Ends the current span with the command that was queued. */
function take(waiting: unknown): void {
  if (queuing === undefined || typeof waiting !== 'object' || waiting === null) return
  const { resolve, reject } = waiting as Partial<Waiting>
  if (typeof resolve !== 'function' || typeof reject !== 'function') return
  endWith(waiting as Waiting, queuing.span, queuing.spans)
  queuing = undefined
}

/** Wraps the list in which commands wait in version 5 and later. */
export function patchList({ DoublyLinkedList }: ListModule, tools: PatchTools): void {
  if (DoublyLinkedList === undefined) return
  tools.wrap(DoublyLinkedList.prototype, 'add', original => {
    return function (this: unknown, waiting: unknown): unknown {
      take(waiting)
      return Reflect.apply(original, this, arguments)
    }
  })
}

/**
 * Wraps the list in which commands wait in version 4. It is a class of another package, which only this module of the
 * client can resolve.
 */
export function patchYallist(exports: object, tools: PatchTools): void {
  const List = requireAs(exports, 'yallist') as object
  tools.wrap(List, 'Node', (original: AnyFunction) => {
    return function Node(waiting: unknown): unknown {
      take(waiting)
      return Reflect.construct(original, arguments, new.target === Node ? original : (new.target ?? original))
    }
  })
}
