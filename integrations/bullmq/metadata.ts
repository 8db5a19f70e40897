/**
 * The context of a job travels in its option `telemetry.metadata`, as text: JSON of the headers of any other carrier.
 * bullmq's own telemetry uses the same place and is left alone where the application has it.
 */

import type { PatchTools, Pathway, RemoteContext, Span } from '../../src/kit/index'
import { getBaggage } from '../../src/kit/index'
import type { Draft, JobOptions } from './types'

/** Options with the context of `span`, on a copy; those that are to stay as they are come back themselves. */
export function withContext(
  opts: JobOptions | null | undefined,
  span: Span,
  pathway: Pathway | undefined,
  { propagator, dataStreams }: PatchTools,
): JobOptions | null | undefined {
  if (typeof opts !== 'object' && opts !== undefined) return opts
  // Jobs of a template would all belong to the trace in which it was made.
  if (opts?.telemetry !== undefined || opts?.repeat !== undefined) return opts
  const carrier: Record<string, string> = {}
  propagator.inject(span, getBaggage(), carrier)
  if (pathway !== undefined) dataStreams?.inject(pathway, carrier)
  return { ...opts, telemetry: { metadata: JSON.stringify(carrier) } }
}

/** The draft of a job with such options, which looks like the application's own to whoever reads it. */
export function draftWith(draft: Draft, opts: JobOptions | null | undefined): Draft {
  return opts === draft.opts ? draft : Object.create(draft, { opts: { value: opts, enumerable: true } })
}

/** The carrier of a job; undefined when it has none, or one of somebody else's making. */
export function carrierOf(opts: JobOptions | undefined): Record<string, unknown> | undefined {
  const metadata = opts?.telemetry?.metadata
  if (typeof metadata !== 'string') return undefined
  try {
    const carrier: unknown = JSON.parse(metadata)
    return typeof carrier === 'object' && carrier !== null ? (carrier as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export function contextIn(
  carrier: Record<string, unknown> | undefined,
  { propagator }: PatchTools,
): RemoteContext | undefined {
  return carrier === undefined ? undefined : propagator.extract(carrier)
}
