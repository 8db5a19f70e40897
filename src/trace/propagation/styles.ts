/** Names of the header families that a trace context can travel in. */

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
 * Reads style names as `DD_TRACE_PROPAGATION_STYLE` and `OTEL_PROPAGATORS` spell them: any case, a list or text with
 * commas, in order, without repetitions. `none` adds nothing, so that alone it means no propagation. `unknown` holds
 * the names that are none of these, as they were written.
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
