/**
 * Correlation of log records with the active span: the fields of `dd`, as an object for records and as JSON for lines.
 * Whether it is wanted is checked at each record, as it can be switched at run time.
 */

import type { PatchTools } from '../../patch/types'
import { activeSpan } from '../../trace/context'
import { type LogFields, logFields, loggedTraceId } from '../../trace/log-fields'
import type { Span } from '../../trace/span'
import { recordView } from './record-view'

/** Makes the fields of `dd` for the active span. */
export class LogCorrelation {
  readonly #tools: PatchTools

  /** JSON of the fields when no span is active. */
  readonly #alone: string
  readonly #rest: string

  /** Ids of the span that `#text` was made for; a reference to the span would keep it alive. */
  #idHi = 0
  #idLo = 0
  #traceHi = 0
  #traceLo = 0
  #upperHi = 0
  #upperLo = 0
  #text = ''

  constructor(tools: PatchTools) {
    this.#tools = tools
    // The other fields are read once: only `logInjection` changes while a program runs.
    const text = JSON.stringify(logFields(undefined, tools.config))
    this.#alone = text === '{}' ? '' : text
    this.#rest = text === '{}' ? '}' : `,${text.slice(1)}`
  }

  get isOn(): boolean {
    const { enabled } = this.#tools.state
    const { logInjection, otelLogsEnabled } = this.#tools.config
    // Logs that OTLP exports carry the ids in fields of their own.
    return enabled && logInjection && !otelLogsEnabled
  }

  /** Returns the fields, a new object for each record; undefined when correlation is off or there is nothing to add. */
  fields(): LogFields | undefined {
    if (!this.isOn) return undefined
    try {
      const fields = logFields(activeSpan(), this.#tools.config)
      for (const _ in fields) return fields
    } catch (error) {
      this.#tools.state.failed(error)
    }
    return undefined
  }

  /** Returns the fields as JSON; empty when correlation is off or there is nothing to add. */
  json(): string {
    if (!this.isOn) return ''
    try {
      const span = activeSpan()
      if (span === undefined) return this.#alone
      if (!this.#isSame(span)) this.#remember(span)
      return this.#text
    } catch (error) {
      this.#tools.state.failed(error)
      return ''
    }
  }

  /**
   * Returns the record with `dd`, and leaves the application's object as it is. Plain objects are copied, as winston
   * does for child loggers; any other object is shown through a view, so that an error stays an error.
   */
  record(record: unknown): unknown {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return record
    try {
      const dd = Object.hasOwn(record, 'dd') ? undefined : this.fields()
      if (dd === undefined) return record
      // Twice as fast as a spread with `dd` behind it, where symbols are among the keys, as in winston.
      return isSimple(record) ? Object.assign({ dd }, record) : recordView(record, dd)
    } catch {
      // A getter of the record threw: it will throw again when the logger writes the record.
      return record
    }
  }

  #isSame({ idLo, idHi, trace }: Span): boolean {
    return (
      idLo === this.#idLo &&
      idHi === this.#idHi &&
      trace.traceLo === this.#traceLo &&
      trace.traceHi === this.#traceHi &&
      trace.upperLo === this.#upperLo &&
      trace.upperHi === this.#upperHi
    )
  }

  #remember(span: Span): void {
    const { trace } = span
    const traceId = loggedTraceId(trace, this.#tools.config)
    this.#text = `{"trace_id":"${traceId}","span_id":"${span.toSpanId()}"${this.#rest}`
    this.#idHi = span.idHi
    this.#idLo = span.idLo
    this.#traceHi = trace.traceHi
    this.#traceLo = trace.traceLo
    this.#upperHi = trace.upperHi
    this.#upperLo = trace.upperLo
  }
}

function isSimple(record: object): boolean {
  return Object.getPrototypeOf(record) === Object.prototype && Object.isExtensible(record)
}
