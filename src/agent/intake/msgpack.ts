/** Reads one msgpack value exactly: 64-bit integers as bigint, maps as Map so that keys keep their type. */

import type { Unpackr as UnpackrClass } from 'msgpackr'
import { DecodeError } from './decode-error'
import { scan } from './scan'

// The build of msgpackr without generated code and without its native string reader: that one hands out slices of
// one large string, and a single kept span would then hold the text of its whole payload in memory.
const { Unpackr } = require('msgpackr/unpack-no-eval') as { Unpackr: typeof UnpackrClass }

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' })

/**
 * Decodes a whole body. Integers of up to 32 bits and floats come as number, 64-bit ones as bigint, maps as `Map`,
 * binaries as views into `body`. Throws a `DecodeError` with the reason when it is not well formed.
 */
export function unpack(body: Buffer): unknown {
  scan(body)
  try {
    return unpackr.unpack(body)
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error))
  }
}
