/** The parts of the library that the integration uses. */

export interface Metadata {
  clone(): Metadata
  set(name: string, value: string): void
  getMap(): Record<string, unknown>
}

export interface MethodDefinition {
  path: string
  requestStream: boolean
  responseStream: boolean
}

export interface Status {
  code: number
  metadata?: Metadata
}

export interface Listener {
  onReceiveMetadata(metadata: Metadata): void
  onReceiveMessage(message: unknown): void
  onReceiveStatus(status: Status): void
}

/** A call that is sent: the library's or an interceptor's. */
export interface OutgoingCall {
  start(metadata: Metadata, listener: Listener): void
  getPeer(): string
}

export interface Channel {
  createCall(...args: unknown[]): OutgoingCall
}

/** The call that a handler gets. */
export interface IncomingCall {
  metadata: Metadata
}
