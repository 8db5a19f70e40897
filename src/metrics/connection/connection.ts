/** The interface of connections, which carry packets to the agent. */

/** A connection to the agent over one kind of socket. */
export interface Connection {
  readonly transport: 'udp' | 'uds' | 'uds-stream' | 'http'
  /** The address, for messages. */
  readonly where: string
  /** Largest packet in bytes. */
  readonly limitBytes: number
  /** Number of packets that may be under way at a time. */
  readonly maxInFlight: number
  /** True when packets can be sent; else settles when they can. Rejects with `unsupported()` when they never can. */
  ready(): true | Promise<void>
  /**
   * Sends a packet. Calls `done` once, later: the packet has left, or not. Its bytes must stay unchanged until then.
   */
  send(packet: Uint8Array, done: (error?: Error | null) => void): void
  /** Sends synchronously at the exit of the process. Returns how many packets have left, from the first on. */
  sendNow(packets: readonly Uint8Array[]): number
  close(): void
}

const UNSUPPORTED = 'ERR_DOGSTATSD_UNSUPPORTED'

/** Creates the error that says: this endpoint does not exist, try the next one. */
export function unsupported(message: string): Error {
  return Object.assign(new Error(message), { code: UNSUPPORTED })
}

/** Tells whether an error was made by `unsupported()`. */
export function isUnsupported(error: unknown): boolean {
  return codeOf(error) === UNSUPPORTED
}

/** Returns the `code` of an error; undefined for other values. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
