/** Reads the query of `GET /api/traces`, and selects the traces. */

import type { TraceSummary } from '../api-types'
import { HttpError } from '../http-error'

/** Number of traces in an answer by default. */
export const DEFAULT_LIMIT = 50
/** Largest number of traces in an answer. */
export const MAX_LIMIT = 10_000

/** Filters of a list of traces. */
export interface TraceQuery {
  limit: number
  /** Any span's service, exactly. */
  service?: string
  /** Part of the root's resource, in any case. */
  resource?: string
  errorsOnly: boolean
  minDurationMs: number
  /** Unix time, ms. */
  sinceMs: number
}

/** Throws a 400 `HttpError` that names the parameter. */
export function parseTraceQuery(parameters: URLSearchParams): TraceQuery {
  const status = parameters.get('status')
  if (status !== null && status !== 'error') throw new HttpError(400, 'status can only be "error"')
  return {
    limit: Math.min(number(parameters, 'limit', DEFAULT_LIMIT), MAX_LIMIT),
    service: parameters.get('service') ?? undefined,
    resource: parameters.get('resource')?.toLowerCase() ?? undefined,
    errorsOnly: status === 'error',
    minDurationMs: number(parameters, 'min_duration_ms', 0),
    sinceMs: number(parameters, 'since', 0),
  }
}

/** Tells whether a trace passes the filters. */
export function matches(trace: TraceSummary, query: TraceQuery): boolean {
  if (query.errorsOnly && trace.status !== 'error') return false
  if (query.service !== undefined && !trace.services.includes(query.service)) return false
  if (query.resource !== undefined && !trace.resource.toLowerCase().includes(query.resource)) return false
  return trace.durationMs >= query.minDurationMs && trace.startMs >= query.sinceMs
}

/** Throws a 400 `HttpError` that names the parameter. */
export function number(parameters: URLSearchParams, name: string, fallback: number): number {
  const text = parameters.get(name)
  if (text === null) return fallback
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new HttpError(400, `${name} must be a number of at least 0`)
  }
  return value
}
