/** Spans of jobs that a worker processes, one for each attempt. */

import {
  type AnyFunction,
  endSpan,
  type PatchTools,
  type Pathway,
  type RemoteContext,
  runInSpan,
  runWithBaggage,
  runWithPathway,
  type Span,
  startSpan,
} from '../../src/kit/index'
import { carrierOf, contextIn } from './metadata'
import { recordReceived } from './streams'
import type { Job, Library } from './types'

/** Errors by which a processor puts its job off: answers, not failures. */
const ANSWERS = /^(?:Delayed|RateLimit|WaitingChildren|Waiting)Error$/

export function patchWorker({ Worker }: Library, tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'bullmq.processJob', v1: 'bullmq.process' },
    type: 'worker',
    kind: 'consumer',
    serviceSuffix: 'bullmq',
    tags: { 'messaging.system': 'bullmq', 'messaging.operation': 'process' },
  })
  tools.wrap(Worker.prototype, 'callProcessJob', original => {
    return function (this: unknown, job: Job): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      let span: Span | undefined
      let remote: RemoteContext | undefined
      let pathway: Pathway | undefined
      tools.fenced(() => {
        const queue = String(job.queueName)
        const carrier = carrierOf(job.opts)
        remote = contextIn(carrier, tools)
        span = startSpan(tools.runtime, site.site, remote, {
          'messaging.destination.name': queue,
          'messaging.message.id': job.id,
          'bullmq.job.name': job.name,
        })
        span.resource = queue
        pathway = recordReceived(queue, job.data, carrier, span, tools)
      })
      if (span === undefined) return Reflect.apply(original, this, arguments)
      return process(original, this, arguments, span, remote?.baggage, pathway)
    }
  })
}

async function process(
  original: AnyFunction,
  self: unknown,
  args: IArguments,
  span: Span,
  baggage: RemoteContext['baggage'] | undefined,
  pathway: Pathway | undefined,
): Promise<unknown> {
  const inside = (): unknown => runWithBaggage(baggage, runInSpan, undefined, [span, original, self, args])
  try {
    const result = await (pathway === undefined ? inside() : runWithPathway(pathway, inside, undefined, []))
    endSpan(span, false, undefined, undefined)
    return result
  } catch (error) {
    endSpan(span, !isAnswer(error), error, undefined)
    throw error
  }
}

function isAnswer(error: unknown): boolean {
  return error instanceof Error && (ANSWERS.test(error.name) || ANSWERS.test(error.constructor.name))
}
