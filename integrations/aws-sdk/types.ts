/** What is used of the SDK: its clients all inherit `send`, and a command carries its input. */

export type Input = Readonly<Record<string, unknown>>

export interface Client {
  config?: { serviceId?: unknown; region?: unknown }
}

export interface Command {
  input?: unknown
}

/** Results and errors both have it. */
export interface Answer {
  $metadata?: { requestId?: unknown; httpStatusCode?: unknown }
}

/** How a trace travels in text: `x-datadog-trace-id`, `traceparent` and so on. */
export type Carrier = Record<string, string>

export type SpanKind = 'client' | 'producer' | 'consumer'
