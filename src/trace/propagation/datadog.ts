/** Reads and writes Datadog's headers: `x-datadog-*`, and `ot-baggage-*` for the baggage of OpenTracing. */

import { parseDecimal, type Words } from '../../std/u64'
import { RemoteContext } from '../remote-context'
import { type Carrier, headerText } from './carrier'
import { isToken, percentDecode, percentEncode } from './characters'
import { readTags } from './datadog-tags'

/**
 * Names of the headers.
 *
 * | header | value |
 * |---|---|
 * | trace id | decimal, lower 64 bits |
 * | parent id | decimal span id of the caller |
 * | sampling priority | integer |
 * | origin | free text, for example `synthetics` or `rum` |
 * | tags | `_dd.p.*` pairs (datadog-tags.ts) |
 */
export const TRACE_ID = 'x-datadog-trace-id'
export const PARENT_ID = 'x-datadog-parent-id'
export const PRIORITY = 'x-datadog-sampling-priority'
export const ORIGIN = 'x-datadog-origin'
export const TAGS = 'x-datadog-tags'
/** Header that the SQS worker of Elastic Beanstalk makes of a message attribute: all trace headers, as JSON. */
const SQS_WORKER = 'x-aws-sqsd-attr-_datadog'
const LEGACY_BAGGAGE = 'ot-baggage-'

/** Longest origin in characters; a longer one is ignored. The origin is a tag of every span of the trace. */
export const MAX_ORIGIN_LENGTH = 256
/**
 * Most items of legacy baggage that are read and written, and most bytes of their headers, each with its name and the
 * four bytes of `: ` and the line's end. Servers answer 431 to more than 8 to 16 KiB of headers, of which `baggage`
 * may take 8 KiB.
 */
export const MAX_LEGACY_ITEMS = 64
export const MAX_LEGACY_BYTES = 2048
const LINE_BYTES = 4

const words: Words = { hi: 0, lo: 0 }

/** Returns the context in Datadog's headers; undefined if an id is absent or invalid, or the trace id is zero. */
export function extractDatadog(
  carrier: Carrier,
  maxTagsLength: number,
  legacyBaggage: boolean,
): RemoteContext | undefined {
  const traceId = carrier[TRACE_ID]
  if (traceId === undefined) return undefined
  if (!parseDecimal(headerText(traceId), words) || (words.hi | words.lo) === 0) return undefined
  const context = new RemoteContext()
  context.traceHi = words.hi
  context.traceLo = words.lo
  // Zero is a valid parent: synthetic tests send it.
  if (!parseDecimal(headerText(carrier[PARENT_ID]), words)) return undefined
  context.spanHi = words.hi
  context.spanLo = words.lo
  const priority = Number.parseInt(headerText(carrier[PRIORITY]), 10)
  if ((priority | 0) === priority) context.priority = priority | 0 // -0 is 0
  const origin = headerText(carrier[ORIGIN])
  if (origin !== '' && origin.length <= MAX_ORIGIN_LENGTH) context.origin = origin
  const tags = headerText(carrier[TAGS])
  if (tags !== '') readTags(tags, maxTagsLength, context)
  if (legacyBaggage) readLegacyBaggage(carrier, context)
  return context
}

/** Reads the id of the caller's span from Datadog's headers into `out`; false if it is absent or invalid. */
export function readParentId(carrier: Carrier, out: Words): boolean {
  return parseDecimal(headerText(carrier[PARENT_ID]), out)
}

/** Returns the context in the header that an SQS worker makes of a message attribute; undefined without one. */
export function extractFromSqsWorker(
  carrier: Carrier,
  maxTagsLength: number,
  legacyBaggage: boolean,
): RemoteContext | undefined {
  const text = headerText(carrier[SQS_WORKER])
  if (text === '') return undefined
  try {
    const inner: unknown = JSON.parse(text)
    if (typeof inner !== 'object' || inner === null) return undefined
    return extractDatadog(inner as Carrier, maxTagsLength, legacyBaggage)
  } catch {
    return undefined
  }
}

/** Reads items up to the limits; an item that does not fit is left out. */
function readLegacyBaggage(carrier: Carrier, context: RemoteContext): void {
  let left = MAX_LEGACY_ITEMS
  let bytesLeft = MAX_LEGACY_BYTES
  for (const name in carrier) {
    // 'o': one comparison rules nearly all headers out.
    if (
      name.charCodeAt(0) !== 111 ||
      !name.startsWith(LEGACY_BAGGAGE) ||
      name.length === LEGACY_BAGGAGE.length
    )
      continue
    const value = headerText(carrier[name])
    const bytes = name.length + value.length + LINE_BYTES
    if (value === '' || bytes > bytesLeft) continue
    if (left-- === 0) return
    bytesLeft -= bytes
    context.legacyBaggage ??= {}
    context.legacyBaggage[name.slice(LEGACY_BAGGAGE.length)] = percentDecode(value)
  }
}

/**
 * Writes legacy baggage up to the limits, one header for each item. Empty items, items whose key is no token, and those
 * that do not fit are left out.
 */
export function injectLegacyBaggage(items: Record<string, string>, carrier: Record<string, string>): void {
  let left = MAX_LEGACY_ITEMS
  let bytesLeft = MAX_LEGACY_BYTES
  for (const key in items) {
    const value = items[key]
    if (typeof value !== 'string' || value === '' || !isToken(key, 0, key.length)) continue
    const room = bytesLeft - LEGACY_BAGGAGE.length - key.length - LINE_BYTES
    // Encoding never makes text shorter: an item that is too long already is not encoded.
    if (value.length > room) continue
    const text = headerSafe(value)
    if (text.length > room) continue
    if (left-- === 0) return
    bytesLeft = room - text.length
    carrier[LEGACY_BAGGAGE + key] = text
  }
}

/**
 * Encodes all but printable ASCII. `%`, and spaces that HTTP would trim, are encoded too: reading restores the value.
 */
function headerSafe(value: string): string {
  if (value.trim() !== value) return percentEncode(value)
  return value.replace(/[^\x20-\x24\x26-\x7e]+/g, encodeRun)
}

function encodeRun(run: string): string {
  return encodeURIComponent(Buffer.from(run, 'utf8').toString('utf8'))
}
