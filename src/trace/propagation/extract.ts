/** Reads a caller's context from a carrier: the configured styles in order, then baggage. */

import { RemoteContext } from '../remote-context'
import { extractB3Multi, extractB3Single } from './b3'
import { type BaggageCounts, type BaggageLimits, type BaggageTagger, extractBaggage } from './baggage'
import type { Carrier } from './carrier'
import { hasIds, linkIfOther, mergeW3c, restarted } from './conflicts'
import { extractDatadog, extractFromSqsWorker } from './datadog'
import type { Style } from './styles'
import { contextOf, newTraceparent, readTraceparent } from './w3c'

/** Settings of `extract`; see `PropagatorOptions`. */
export interface ExtractOptions {
  /** Styles in the order in which they are read, without `baggage`. */
  styles: readonly Style[]
  /** Stop at the first style that has a context. */
  firstOnly: boolean
  /** Start a new trace that links to the caller's context. */
  restart: boolean
  maxTagsLength: number
  legacyBaggage: boolean
  baggage: boolean
  baggageLimits: BaggageLimits
  baggageTagger: BaggageTagger
}

const parent = newTraceparent()

/** Returns the context in `carrier`; undefined without one. Throws only what getters of the carrier throw. */
export function extract(
  carrier: Carrier,
  options: ExtractOptions,
  counts: BaggageCounts,
): RemoteContext | undefined {
  let context = extractContext(carrier, options)
  if (!options.baggage) return context
  const items = extractBaggage(carrier, options.baggageLimits, counts)
  if (items === undefined) return context
  context ??= new RemoteContext()
  context.baggage = items
  context.baggageTags = options.baggageTagger.tags(items)
  return context
}

function extractContext(carrier: Carrier, options: ExtractOptions): RemoteContext | undefined {
  let context: RemoteContext | undefined
  let contextStyle: Style = 'datadog'
  const styles = options.styles
  for (let index = 0; index < styles.length; index++) {
    const style = styles[index]
    if (context !== undefined && style === 'tracecontext' && hasIds(context)) {
      mergeW3c(carrier, context, true)
      continue
    }
    const found = read(style, carrier, options)
    if (found === undefined) continue
    // A context with ids replaces a sampling decision without ids.
    if (context === undefined || (hasIds(found) && !hasIds(context))) {
      context = found
      contextStyle = style
      if (options.firstOnly) break
    } else if (hasIds(found)) linkIfOther(context, found, style)
  }
  if (context === undefined) {
    if (styles.length === 0) return undefined
    context = extractFromSqsWorker(carrier, options.maxTagsLength, options.legacyBaggage)
    if (context === undefined) return undefined
  } else if (contextStyle === 'datadog' && !options.firstOnly && !styles.includes('tracecontext')) {
    // The state of other vendors is kept even if the style `tracecontext` is not read.
    mergeW3c(carrier, context, false)
  }
  return options.restart ? restarted(context, contextStyle) : context
}

function read(style: Style, carrier: Carrier, options: ExtractOptions): RemoteContext | undefined {
  switch (style) {
    case 'datadog':
      return extractDatadog(carrier, options.maxTagsLength, options.legacyBaggage)
    case 'tracecontext':
      return readTraceparent(carrier, parent) ? contextOf(parent, carrier) : undefined
    case 'b3':
      return extractB3Single(carrier)
    case 'b3multi':
      return extractB3Multi(carrier)
    default:
      return undefined
  }
}
