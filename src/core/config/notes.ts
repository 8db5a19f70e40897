/** Messages about settings, gathered while the settings are read, and logged by `init()` once the log is configured. */

import { type Read, type Row, withoutCredentials } from './row'

/** An `OTEL_*` variable that was not used, which telemetry counts. */
export interface OtelEvent {
  kind: 'hiding' | 'invalid'
  /** Canonical name of the setting. */
  datadog: string
  otel: string
}

/** A variable that is not used because an option of `init()` is set. */
export interface Hidden {
  variable: string
  sentence: string
}

/** Gathers messages while a configuration is resolved. */
export class Notes {
  readonly problems: string[]
  readonly hidden: Hidden[] = []
  readonly otelEvents: OtelEvent[] = []
  /** Sentences about the row that is being read; `settle` adds what is used instead. */
  #unsettled: string[] = []

  constructor(problems: readonly string[] = []) {
    this.problems = [...problems]
  }

  /** Notes what was wrong with a value, or remarkable about it. */
  read(row: Row<unknown>, source: string, given: unknown, { problem, remark }: Read<unknown>): void {
    if (problem !== undefined) this.#unsettled.push(`${source}=${show(row, given)} ${problem}`)
    if (remark !== undefined) this.problems.push(`${source}=${show(row, given)} ${remark}`)
  }

  /** Ends the sentences about a row with the value that is used. */
  settle(row: Row<unknown>, value: unknown): void {
    if (this.#unsettled.length === 0) return
    const instead = value === undefined ? 'it is not used' : `using ${show(row, value)}`
    for (const sentence of this.#unsettled) this.problems.push(`${sentence}; ${instead}`)
    this.#unsettled = []
  }

  /** Notes a switch of an integration that is not true or false. */
  badSwitch(name: string, text: string): void {
    this.problems.push(`${name}='${text}' is not true, false, 1 or 0; it is not used`)
  }

  /** Notes that an option of `init()` hides a variable, if their values differ. */
  codeHides(row: Row<unknown>, option: string, used: unknown, variable: string, other: unknown): void {
    if (isSame(used, other)) return
    const sentence = `${variable}=${show(row, other)} is not used: init() was given ${option}=${show(row, used)}`
    this.hidden.push({ variable, sentence })
  }

  /** Notes an `OTEL_*` variable that could not be used. */
  otelInvalid(row: Row<unknown>, otel: string): void {
    this.otelEvents.push({ kind: 'invalid', datadog: row.env[0], otel })
  }

  /** Notes an `OTEL_*` variable that a `DD_*` variable hides; `wouldCount`: it would have been used without that. */
  otelHidden(row: Row<unknown>, used: string, otel: string, wouldCount: boolean): void {
    this.otelEvents.push({ kind: 'hiding', datadog: row.env[0], otel })
    if (wouldCount) this.problems.push(`${used} and ${otel} are both set; ${otel} is not used`)
  }
}

function isSame(one: unknown, other: unknown): boolean {
  try {
    return JSON.stringify(one) === JSON.stringify(other)
  } catch {
    return false
  }
}

/** Returns a value as text for a message, cut short. */
function show(row: Row<unknown>, value: unknown): string {
  if (row.isSecret) return '(hidden)'
  try {
    const text =
      typeof value === 'string' ? `'${withoutCredentials(value)}'` : (JSON.stringify(value) ?? String(value))
    return text.length > 200 ? `${text.slice(0, 200)}...` : text
  } catch {
    return typeof value
  }
}
