/** The parts of the SDK that the integration uses: all clients inherit `send`, and a command carries its input. */

export type Input = Readonly<Record<string, unknown>>

export interface Client {
  config?: { serviceId?: unknown; region?: unknown }
}

export interface Command {
  input?: unknown
}

/** Metadata that results and errors both have. */
export interface Answer {
  $metadata?: { requestId?: unknown; httpStatusCode?: unknown }
}

/** Headers that carry a trace: `x-datadog-trace-id`, `traceparent` and so on. */
export type Carrier = Record<string, string>

export type SpanKind = 'client' | 'producer' | 'consumer'
