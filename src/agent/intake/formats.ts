/** The trace formats that are taken in: those of `std/trace-formats.ts`, and the oldest. */

import { TRACE_FORMATS, type TraceFormatVersion } from '../../std/trace-formats'
import type { SpanRecord } from './span'
import { readV04 } from './v04'
import { readV05 } from './v05'

/**
 * Returns the chunks of spans of an unpacked body; throws a `DecodeError` that names the place of the first fault.
 */
type Read = (payload: unknown) => SpanRecord[][]

/** A format without its decoder does not compile. */
const READERS: Record<TraceFormatVersion, Read> = { '0.4': readV04, '0.5': readV05 }

/** Older tracers send v0.4 to this path too, and are answered without sampling rates. */
export const V03_PATH = '/v0.3/traces'

/** Decoders by the path that payloads come to. */
export const TRACE_READERS: ReadonlyMap<string, Read> = new Map([
  [V03_PATH, readV04],
  ...TRACE_FORMATS.map(({ version, path }) => [path, READERS[version]] as const),
])
