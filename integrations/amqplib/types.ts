/** The parts of amqplib's objects that the integration reads; any of these can be missing. */

export interface Channel {
  connection?: {
    frameMax?: unknown
    stream?: { _host?: unknown; remoteAddress?: unknown; remotePort?: unknown }
  }
}

export type Headers = Readonly<Record<string, unknown>>

/** Arguments of a method of the protocol, as they are sent. */
export interface Fields {
  queue?: unknown
  exchange?: unknown
  routingKey?: unknown
  consumerTag?: unknown
  source?: unknown
  destination?: unknown
}

export interface Properties {
  headers?: Headers | null
}

/** A message that was delivered, or the answer to a `get`. */
export interface Message {
  fields?: Fields
  properties?: Properties
  content?: unknown
}

/** Callback of a request: called with the error or null, and the frame of the answer. */
export type Reply = (error: unknown, frame: { fields?: Fields } | undefined) => unknown
