/** What carries packets to the agent. */

export interface Connection {
  readonly transport: 'udp' | 'uds' | 'uds-stream' | 'http'
  /** For messages. */
  readonly where: string
  /** Most bytes of a packet. */
  readonly limitBytes: number
  /** Packets under way at a time; more of them wait. */
  readonly maxInFlight: number
  /** True when packets can be sent; else settles when they can. Rejects with an error of `unsupported` when they never can. */
  ready(): true | Promise<void>
  /** Calls `done` once, later: the packet has left, or not. Until then its bytes must stay. */
  send(packet: Uint8Array, done: (error?: Error | null) => void): void
  /** At the exit of the process, when nothing asynchronous runs any more. Returns how many have left, from the first on. */
  sendNow(packets: readonly Uint8Array[]): number
  close(): void
}

const UNSUPPORTED = 'ERR_DOGSTATSD_UNSUPPORTED'

/** This way does not exist: the next one is to be tried. */
export function unsupported(message: string): Error {
  return Object.assign(new Error(message), { code: UNSUPPORTED })
}

export function isUnsupported(error: unknown): boolean {
  return codeOf(error) === UNSUPPORTED
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
