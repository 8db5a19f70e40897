/** Received messages, and the span `aws.response` under which the application handles these. */

import {
  type ConfiguredSite,
  type PatchTools,
  type Pathway,
  type RemoteContext,
  type Span,
  startSpan,
} from '../../src/kit/index'

/** Limit of links of one span, as in OpenTelemetry. */
const MAX_LINKS = 128

export interface Incoming {
  /** The carrier that `Outgoing` put into the message; undefined if there is none. */
  carrier: unknown
  /** Type and topic for data streams. */
  type: string
  topic: string | undefined
  bytes: number
}

/** Starts a child of the first message's span with links to the others; undefined when no message carries a trace. */
export function responseSpan(
  messages: readonly Incoming[],
  call: Span,
  site: ConfiguredSite,
  { runtime, propagator }: PatchTools,
): { span: Span; baggage: RemoteContext['baggage'] } | undefined {
  let first: { span: Span; baggage: RemoteContext['baggage'] } | undefined
  let links = 0
  for (const { carrier } of messages) {
    if (typeof carrier !== 'object' || carrier === null) continue
    const context = propagator.extract(carrier as Record<string, unknown>)
    if (context === undefined || (context.traceHi | context.traceLo) === 0) continue
    if (first === undefined) {
      const { 'aws.operation': operation, region } = call.tags
      const span = startSpan(runtime, site.site, context, {
        'aws.operation': operation,
        'aws.region': region,
        region,
        'aws.response.request_id': call.tags['aws.response.request_id'],
      })
      span.resource = call.resource
      first = { span, baggage: context.baggage }
    } else if (links++ < MAX_LINKS) first.span.addLink({ context })
  }
  return first
}

/** Records a checkpoint of data streams for each message; returns that of the last. */
export function checkpoints(
  messages: readonly Incoming[],
  call: Span,
  { dataStreams }: PatchTools,
): Pathway | undefined {
  if (dataStreams === undefined) return undefined
  let pathway: Pathway | undefined
  for (const { carrier, type, topic, bytes } of messages) {
    const tags = ['direction:in', `topic:${topic}`, `type:${type}`]
    pathway = dataStreams.checkpoint(tags, dataStreams.extract(carrier), bytes, call)
  }
  return pathway
}

/** Parses JSON text; returns undefined when it cannot be parsed. */
export function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
