/**
 * The parts of undici that the integrations use. The messages and what they carry are its API; the other fields of a
 * request are not.
 */

/**
 * Headers: a flat list of names and values (undici 6 and later), or the text that is sent (before). Values are lists,
 * texts or bytes.
 */
export type Headers = unknown[] | string

/** A request, as undici publishes it. */
export interface UndiciRequest {
  method: string
  path: string
  origin: string | URL
  headers: Headers
  addHeader(name: string, value: string): unknown
}

/** The head of a response. */
export interface Response {
  statusCode: number
  /** Names and values in turn, as bytes. */
  headers: Headers
}

/** Message of the channels `undici:request:*`. */
export interface RequestMessage {
  request: UndiciRequest
}

/** Message of the channel `undici:request:headers`. */
export interface HeadersMessage extends RequestMessage {
  response: Response
}

/** Message of the channel `undici:request:error`. */
export interface ErrorMessage extends RequestMessage {
  error: unknown
}
