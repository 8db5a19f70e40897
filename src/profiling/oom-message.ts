/** What a process that is out of memory leaves to its exporter: a line of JSON, then the profile. */

/** What has to be known before it happens: afterwards no JavaScript runs. */
export interface OomHeader {
  /** The agent's; undefined: it gets none. */
  readonly url: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** `event.json`; its time is the exporter's. */
  readonly event: object
  readonly compression: string
  readonly timeoutMs: number
  /** Path of the profile as a file; undefined: none is written. */
  readonly path: string | undefined
}

export function readMessage(bytes: Buffer): { header: OomHeader; profile: Uint8Array } {
  const end = bytes.indexOf('\n')
  return { header: JSON.parse(bytes.toString('utf8', 0, end)), profile: bytes.subarray(end + 1) }
}
