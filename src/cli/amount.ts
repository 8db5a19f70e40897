/** Formats values of profiles for people. */

import { formatDuration } from './duration'

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
/** Units of time in pprof, in ms. */
const MS: Record<string, number> = { nanoseconds: 1e-6, microseconds: 1e-3, milliseconds: 1, seconds: 1000 }

/** Formats a value by its unit in the pprof: `1.90 s`, `12.3 MiB` or `1,234`. */
export function formatAmount(value: number, unit: string): string {
  if (value === 0) return '0'
  if (unit in MS)
    return value < 0 ? `-${formatDuration(-value * MS[unit])}` : formatDuration(value * MS[unit])
  return unit === 'bytes' ? formatBytes(value) : Math.round(value).toLocaleString('en-US')
}

/** Formats bytes with three figures and a unit: `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; Math.abs(value) >= 1023.5 && unit < BYTE_UNITS.length - 1; unit++) value /= 1024
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`
}

/** Formats a share as `12.3%`; empty if the whole is 0. */
export function formatShare(value: number, whole: number): string {
  return whole === 0 ? '' : `${((value / whole) * 100).toFixed(1)}%`
}
