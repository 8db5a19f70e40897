/** The input of the exporter, from a process that is out of memory: a line of JSON, then the profile. */

/** The line of JSON. It is made beforehand, since no JavaScript runs once the heap is full. */
export interface OomHeader {
  /** URL of the agent; undefined if the profile is not sent to an agent. */
  readonly url: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** `event.json` without its times, which the exporter sets. */
  readonly event: object
  readonly compression: string
  readonly timeoutMs: number
  /** Path of the file that the profile is written to; undefined if none is. */
  readonly path: string | undefined
}

/** Splits the input into the header and the profile. */
export function readMessage(bytes: Buffer): { header: OomHeader; profile: Uint8Array } {
  const end = bytes.indexOf('\n')
  return { header: JSON.parse(bytes.toString('utf8', 0, end)), profile: bytes.subarray(end + 1) }
}
