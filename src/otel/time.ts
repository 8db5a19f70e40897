/** Converts between times of OpenTelemetry and ticks of a trace (ms on the monotonic clock). */

import type { LocalTrace } from '../trace/local-trace'
import type { OtelHrTime } from './types'

/**
 * Returns a time of any form as seconds and nanoseconds; undefined if `time` is none. A pair stays exact: one float64
 * of ms since the epoch is off by up to 122 ns.
 */
export function toHrTime(time: unknown): OtelHrTime | undefined {
  if (typeof time === 'number') {
    return fromMs(time < performance.timeOrigin ? performance.timeOrigin + time : time)
  }
  if (time instanceof Date) return fromMs(time.getTime())
  if (!Array.isArray(time) || time.length !== 2) return undefined
  const [seconds, nanos] = time
  return Number.isFinite(seconds) && Number.isFinite(nanos) && seconds >= 0 && nanos >= 0
    ? [seconds, nanos]
    : undefined
}

function fromMs(ms: number): OtelHrTime | undefined {
  if (!(ms > 0) || ms === Number.POSITIVE_INFINITY) return undefined
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}

/** Returns the ticks of a time, relative to the anchor of `trace`. */
export function toTicks(trace: LocalTrace, [seconds, nanos]: OtelHrTime): number {
  return trace.anchorTicks + (seconds * 1000 - trace.anchorMs + nanos / 1e6)
}

/** Returns the time of ticks, relative to the anchor of `trace`. */
export function fromTicks(trace: LocalTrace, ticks: number): OtelHrTime {
  const sinceAnchor = ticks - trace.anchorTicks
  const seconds = Math.floor((trace.anchorMs + sinceAnchor) / 1000)
  return carry(seconds, Math.round((trace.anchorMs - seconds * 1000 + sinceAnchor) * 1e6))
}

/** Returns a duration in ms as seconds and nanoseconds. */
export function fromDuration(ms: number): OtelHrTime {
  const seconds = Math.floor(ms / 1000)
  return carry(seconds, Math.round((ms - seconds * 1000) * 1e6))
}

/** Returns the ms from `start` to `end`, exact to the nanosecond. */
export function between(start: OtelHrTime, end: OtelHrTime): number {
  return (end[0] - start[0]) * 1000 + (end[1] - start[1]) / 1e6
}

function carry(seconds: number, nanos: number): OtelHrTime {
  return nanos >= 1e9 ? [seconds + 1, nanos - 1e9] : [seconds, nanos < 0 ? 0 : nanos]
}
