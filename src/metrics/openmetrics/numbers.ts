/** Numbers in the spelling of Go, since Prometheus compares the values of `le` as text. */

/** Returns the value of a sample. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '0' : String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/** Returns a bound in canonical form: `0.005`, `1.0`, `1e+06`. */
export function boundText(bound: number): string {
  const size = Math.abs(bound)
  if (bound === Number.POSITIVE_INFINITY) return '+Inf'
  if (size >= 1e6 || (size < 1e-4 && size > 0)) {
    return bound.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  }
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}
