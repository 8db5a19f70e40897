/** Merges or links the further contexts of a carrier, once the first one has been chosen. */

import { toHex, type Words } from '../../std/u64'
import { RemoteContext } from '../remote-context'
import type { Carrier } from './carrier'
import { readParentId } from './datadog'
import type { Style } from './styles'
import { contextOf, newTraceparent, readTraceparent, type Traceparent, takeVendorState } from './w3c'

const parent = newTraceparent()
const words: Words = { hi: 0, lo: 0 }

/** Returns whether the context has ids, not a sampling decision only. */
export function hasIds(context: RemoteContext): boolean {
  return (context.traceHi | context.traceLo) !== 0
}

function sameLowerHalf(one: RemoteContext | Traceparent, other: RemoteContext): boolean {
  return one.traceLo === other.traceLo && one.traceHi === other.traceHi
}

function sameTrace(one: RemoteContext | Traceparent, other: RemoteContext): boolean {
  return sameLowerHalf(one, other) && one.upperLo === other.upperLo && one.upperHi === other.upperHi
}

/** Links `context` to `other` if that is of another trace, so that the next span shows which other context came in. */
export function linkIfOther(context: RemoteContext, other: RemoteContext, style: Style): void {
  if (sameTrace(other, context) || (other.spanHi | other.spanLo) === 0) return
  context.links ??= []
  context.links.push({ context: other, attributes: { reason: 'terminated_context', context_headers: style } })
}

/**
 * Adds to `context` the fields of W3C headers in the same carrier.
 * - Another trace: a link, if W3C's is a style to be read (`isStyle`).
 * - The same lower half of the trace id: the state of other vendors.
 * - The same trace but another span, made by a service of another vendor after the last Datadog service: that span is
 *   the parent, and the last Datadog span is remembered (`_dd.parent_id`).
 */
export function mergeW3c(carrier: Carrier, context: RemoteContext, isStyle: boolean): void {
  if (!readTraceparent(carrier, parent)) return
  const same = sameTrace(parent, context)
  if (isStyle && !same) linkIfOther(context, contextOf(parent, carrier), 'tracecontext')
  if (!sameLowerHalf(parent, context)) return
  context.random = parent.random
  const reparents = isStyle && same && (parent.spanHi !== context.spanHi || parent.spanLo !== context.spanLo)
  takeVendorState(carrier, context, reparents)
  if (!reparents) return
  context.spanHi = parent.spanHi
  context.spanLo = parent.spanLo
  if (context.lastDatadogParent === '' && readParentId(carrier, words)) {
    context.lastDatadogParent = toHex(words.hi, words.lo)
  }
}

/** Returns a context that starts a new trace with a link to `context`; undefined if that has no ids to link to. */
export function restarted(context: RemoteContext, style: Style): RemoteContext | undefined {
  if (!hasIds(context)) return undefined
  const fresh = new RemoteContext()
  fresh.restart = true
  fresh.legacyBaggage = context.legacyBaggage
  fresh.links = [{ context, attributes: { reason: 'propagation_behavior_extract', context_headers: style } }]
  return fresh
}
