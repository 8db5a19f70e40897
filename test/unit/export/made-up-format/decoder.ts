/** Reads the made-up format, as an agent that takes it would. */

import type { FlatSpan } from '../../../../src/export/encode/flatten'

export interface MadeUpSpan extends FlatSpan {
  span_id: string
}

/** Returns the chunks of a body. */
export function decode(body: Uint8Array): MadeUpSpan[][] {
  const lines = Buffer.from(body).toString().trimEnd().split('\n')
  return lines.map(line => JSON.parse(line))
}
