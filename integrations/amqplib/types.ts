/** What the integration reads of amqplib's objects; nothing of it is sure to be there. */

export interface Channel {
  connection?: {
    frameMax?: unknown
    stream?: { _host?: unknown; remoteAddress?: unknown; remotePort?: unknown }
  }
}

export type Headers = Readonly<Record<string, unknown>>

/** Arguments of a method of the protocol, as it is sent. */
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

/** Delivered, or the answer to a `get`. */
export interface Message {
  fields?: Fields
  properties?: Properties
  content?: unknown
}

/** Called with what went wrong, or null, and the frame of the answer. */
export type Reply = (error: unknown, frame: { fields?: Fields } | undefined) => unknown
