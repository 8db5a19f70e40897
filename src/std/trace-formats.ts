/**
 * The trace formats that the tracer can send and the local agent takes in: the only list. The configuration
 * allows these versions; `export/encode/formats.ts` has the encoder of each, `agent/intake/formats.ts` the decoder.
 */

export interface TraceFormatRow {
  /** Value of `DD_TRACE_AGENT_PROTOCOL_VERSION`. */
  readonly version: string
  /** Endpoint of the agent that takes payloads of this format. */
  readonly path: string
  /**
   * Version that payloads are rewritten to for an agent that does not take this one, so that the agent is asked
   * first. Absent: every agent takes the format.
   */
  readonly downgradeTo?: string
}

export const TRACE_FORMATS = [
  { version: '0.4', path: '/v0.4/traces' },
  { version: '0.5', path: '/v0.5/traces', downgradeTo: '0.4' },
] as const satisfies readonly TraceFormatRow[]

export type TraceFormatVersion = (typeof TRACE_FORMATS)[number]['version']
