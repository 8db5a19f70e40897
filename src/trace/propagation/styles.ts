/** Names of the header families that a trace context can travel in. */

/** A family of headers, by its name in the configuration; B3 with one header is `b3`. */
export type Style = 'datadog' | 'tracecontext' | 'b3' | 'b3multi' | 'baggage'

const NAMES = new Map<string, Style>([
  ['datadog', 'datadog'],
  ['tracecontext', 'tracecontext'],
  ['b3', 'b3'],
  ['b3 single header', 'b3'],
  ['b3multi', 'b3multi'],
  ['baggage', 'baggage'],
])

/**
 * Reads style names in the spelling of `DD_TRACE_PROPAGATION_STYLE` and `OTEL_PROPAGATORS`: any case, a list or text
 * with commas. Returns the styles in order, without repetitions. `none` adds no style, so that `none` alone means no
 * propagation. `unknown` has the names of no style, as they were written.
 *
 * @example parseStyles('Datadog, B3 single header, jaeger') // { styles: ['datadog', 'b3'], unknown: ['jaeger'] }
 */
export function parseStyles(list: unknown): { styles: Style[]; unknown: string[] } {
  const styles: Style[] = []
  const unknown: string[] = []
  const names: readonly unknown[] = Array.isArray(list)
    ? list
    : typeof list === 'string'
      ? list.split(',')
      : []
  for (const entry of names) {
    const name = String(entry).trim().toLowerCase()
    if (name === '' || name === 'none') continue
    const style = NAMES.get(name)
    if (style === undefined) unknown.push(String(entry).trim())
    else if (!styles.includes(style)) styles.push(style)
  }
  return { styles, unknown }
}
