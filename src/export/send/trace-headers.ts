/** Headers of every request that carries traces. */

import { containerHeaders } from '../../core/container'

/** Settings that become headers. */
export interface HeaderSettings {
  tracerVersion: string
  /** Value of `DD_EXTERNAL_ENV`. */
  externalEnv?: string
  /** Value of `X-Datadog-Process-Tags`: `name:value,name:value`. */
  processTags?: string
}

/** Returns the headers that identify the sender: language, versions, container and process. */
export function identityHeaders({
  tracerVersion,
  externalEnv,
  processTags,
}: HeaderSettings): Record<string, string> {
  const headers: Record<string, string> = {
    'Datadog-Meta-Lang': 'nodejs',
    'Datadog-Meta-Lang-Version': process.version,
    'Datadog-Meta-Lang-Interpreter': 'v8',
    'Datadog-Meta-Tracer-Version': tracerVersion,
    ...containerHeaders(externalEnv),
  }
  if (processTags !== undefined && processTags !== '') headers['X-Datadog-Process-Tags'] = processTags
  return headers
}

/**
 * Returns the headers of one request. `ratesVersion` is the last `Datadog-Rates-Payload-Version`: the agent leaves out
 * the rates that came with it. `ofStats`: what `ClientStats.headers` returns.
 */
export function traceHeaders(
  identity: Readonly<Record<string, string>>,
  traceCount: number,
  ratesVersion: string | undefined,
  ofStats?: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...identity,
    ...ofStats,
    'Content-Type': 'application/msgpack',
    'X-Datadog-Trace-Count': String(traceCount),
    // Without it an agent that is overloaded answers 200 and drops the payload.
    'Datadog-Send-Real-Http-Status': 'true',
    'Datadog-Client-Computed-Top-Level': 'yes',
  }
  if (ratesVersion !== undefined) headers['Datadog-Rates-Payload-Version'] = ratesVersion
  return headers
}
