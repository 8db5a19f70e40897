/** Spans of calls that add jobs, one for each call. */

import {
  type AnyFunction,
  activeSpan,
  endSpan,
  endWithResult,
  type PatchTools,
  runInSpan,
  type Span,
  startSpan,
} from '../../src/kit/index'
import { draftWith, withContext } from './metadata'
import { recordSent } from './streams'
import type { Draft, JobOptions, Library } from './types'

interface QueueLike {
  name?: unknown
}

/** Function that starts the span of a call and puts what carries the trace in place of its arguments. */
type Begin = (self: QueueLike, args: unknown[]) => Span

export function patchProducers({ Queue, FlowProducer }: Library, tools: PatchTools): void {
  const start = starter(tools)
  const send = (draft: Draft, queue: string, span: Span): Draft => {
    const sending = recordSent(queue, draft.data, span, tools)
    return draftWith(draft, withContext(draft.opts, span, sending, tools))
  }
  const sendFlow = (flow: Draft, span: Span): Draft => {
    const own = send(flow, String(flow.queueName), span)
    if (!Array.isArray(flow.children)) return own
    const children = flow.children.map(child => sendFlow(child, span))
    return Object.create(own, { children: { value: children, enumerable: true } })
  }
  trace(Queue.prototype, 'add', tools, (queue, args) => {
    const span = start('add', String(queue.name))
    const pathway = recordSent(String(queue.name), args[1], span, tools)
    args[2] = withContext(args[2] as JobOptions | undefined, span, pathway, tools)
    return span
  })
  trace(Queue.prototype, 'addBulk', tools, (queue, args) => {
    const name = String(queue.name)
    const span = start('addBulk', name)
    const [jobs] = args
    if (Array.isArray(jobs)) {
      span.tags['messaging.batch.message_count'] = jobs.length
      args[0] = jobs.map(job => send(job, name, span))
    }
    return span
  })
  trace(FlowProducer.prototype, 'add', tools, (_producer, args) => {
    const [flow] = args as [Draft]
    const span = start('add', String(flow.queueName))
    args[0] = sendFlow(flow, span)
    return span
  })
  trace(FlowProducer.prototype, 'addBulk', tools, (_producer, args) => {
    const [flows] = args as [Draft[]]
    const span = start('addBulk', String(flows[0]?.queueName))
    span.tags['messaging.batch.message_count'] = flows.length
    args[0] = flows.map(flow => sendFlow(flow, span))
    return span
  })
}

function starter(tools: PatchTools): (operation: 'add' | 'addBulk', queue: string) => Span {
  const siteOf = (v0: string) =>
    tools.site({
      name: { v0, v1: 'bullmq.send' },
      kind: 'producer',
      serviceSuffix: 'bullmq',
      tags: { 'messaging.system': 'bullmq', 'messaging.operation': 'publish' },
    })
  const sites = { add: siteOf('bullmq.add'), addBulk: siteOf('bullmq.addBulk') }
  return (operation, queue) => {
    const span = startSpan(tools.runtime, sites[operation].site, activeSpan(), {
      'messaging.destination.name': queue,
      'messaging.batch.message_count': undefined,
    })
    span.resource = queue
    return span
  }
}

function trace(prototype: object, name: string, tools: PatchTools, begin: Begin): void {
  tools.wrap(prototype, name, (original: AnyFunction) => {
    return function (this: QueueLike, ...args: unknown[]): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, args)
      let span: Span | undefined
      // Wrong arguments stay as they are: the library throws its own error.
      let sending = args
      tools.fenced(() => {
        const copies = [...args]
        span = begin(this, copies)
        sending = copies
      })
      if (span === undefined) return Reflect.apply(original, this, args)
      try {
        return endWithResult(span, runInSpan(span, original, this, sending))
      } catch (error) {
        endSpan(span, true, error, undefined)
        throw error
      }
    }
  })
}
