/** What we use of the library. */

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

/** A call that is sent, of the library or of an interceptor. */
export interface OutgoingCall {
  start(metadata: Metadata, listener: Listener): void
  getPeer(): string
}

export interface Channel {
  createCall(...args: unknown[]): OutgoingCall
}

/** What a handler gets. */
export interface IncomingCall {
  metadata: Metadata
}
