/** The encoder of each trace format of `std/trace-formats.ts`; a row there without its encoder does not compile. */

import { TRACE_FORMATS, type TraceFormatRow, type TraceFormatVersion } from '../../std/trace-formats'
import type { CommonTags } from './common-tags'
import type { Encoder, Payload } from './encoder'
import { V04Encoder } from './v04/encoder'
import { splitV04 } from './v04/payload'
import { V05Encoder } from './v05/encoder'
import { splitV05, toV04 } from './v05/payload'

interface Encoding {
  /** Returns an empty encoder; see `Encoder.add` for `maxChunkBytes`. */
  createEncoder(common: CommonTags, maxChunkBytes: number): Encoder
  /**
   * Cuts a payload of this format in two halves by chunks; undefined when it holds one chunk only. Used when the agent
   * answers 413.
   */
  split(payload: Payload): [Payload, Payload] | undefined
}

interface Downgradable {
  /** Returns the same chunks as a payload of the format `downgradeTo`. */
  downgrade(payload: Payload): Payload
}

/** A trace format with all that the writer needs to use it. */
export interface TraceFormat extends TraceFormatRow, Encoding, Partial<Downgradable> {}

type RowOf<Version> = Extract<(typeof TRACE_FORMATS)[number], { version: Version }>

const ENCODINGS: {
  [Version in TraceFormatVersion]: RowOf<Version> extends { downgradeTo: string }
    ? Encoding & Downgradable
    : Encoding
} = {
  '0.4': {
    createEncoder: (common, maxChunkBytes) => new V04Encoder(common, maxChunkBytes),
    split: splitV04,
  },
  '0.5': {
    createEncoder: (common, maxChunkBytes) => new V05Encoder(common, maxChunkBytes),
    split: splitV05,
    downgrade: toV04,
  },
}

/** All trace formats that the tracer can send. */
export const FORMATS: readonly TraceFormat[] = TRACE_FORMATS.map(row => ({
  ...row,
  ...ENCODINGS[row.version],
}))

/** Returns the format of that version; throws when `formats` has none. */
export function formatOf(formats: readonly TraceFormat[], version: string | undefined): TraceFormat {
  const format = formats.find(each => each.version === version)
  if (format === undefined) throw new Error(`there is no trace format ${version}`)
  return format
}
