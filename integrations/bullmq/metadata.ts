/**
 * A job carries its trace in the option `telemetry.metadata`: JSON of the headers that other carriers have. bullmq's
 * own telemetry uses the same option, and is left alone where the application has it.
 */

import type { PatchTools, Pathway, RemoteContext, Span } from '../../src/kit/index'
import { getBaggage } from '../../src/kit/index'
import type { Draft, JobOptions } from './types'

/** Returns a copy of the options with the context of `span`, or the options themselves where these must not change. */
export function withContext(
  opts: JobOptions | null | undefined,
  span: Span,
  pathway: Pathway | undefined,
  { propagator, dataStreams }: PatchTools,
): JobOptions | null | undefined {
  if (typeof opts !== 'object' && opts !== undefined) return opts
  // All jobs of a template would belong to the trace in which the template was made.
  if (opts?.telemetry !== undefined || opts?.repeat !== undefined) return opts
  const carrier: Record<string, string> = {}
  propagator.inject(span, getBaggage(), carrier)
  if (pathway !== undefined) dataStreams?.inject(pathway, carrier)
  return { ...opts, telemetry: { metadata: JSON.stringify(carrier) } }
}

/** Returns the draft of a job with such options, which reads like the application's own object. */
export function draftWith(draft: Draft, opts: JobOptions | null | undefined): Draft {
  return opts === draft.opts ? draft : Object.create(draft, { opts: { value: opts, enumerable: true } })
}

/** Returns the carrier of a job; undefined when it has none, or another tool's metadata. */
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
