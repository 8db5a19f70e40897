/** What we use of undici: its messages and what they carry are its API, the rest of a request is not. */

/** A flat list of names and values (since 6), or lines as they are sent (before). Values are lists, texts or bytes. */
export type Headers = unknown[] | string

export interface UndiciRequest {
  method: string
  path: string
  origin: string | URL
  headers: Headers
  addHeader(name: string, value: string): unknown
}

export interface Response {
  statusCode: number
  /** Names and values in turn, as bytes. */
  headers: Headers
}

/** Messages of `undici:request:*`. */
export interface RequestMessage {
  request: UndiciRequest
}

export interface HeadersMessage extends RequestMessage {
  response: Response
}

export interface ErrorMessage extends RequestMessage {
  error: unknown
}
