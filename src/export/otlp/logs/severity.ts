/** Severities of logs as numbers (https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields). */

/** Severities by the names that loggers have for their levels. */
const NUMBERS: Readonly<Record<string, number>> = {
  trace: 1,
  silly: 1,
  verbose: 5,
  debug: 5,
  http: 9,
  info: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  critical: 21,
  crit: 21,
  fatal: 21,
  alert: 22,
  emergency: 23,
  emerg: 23,
}
/** Names of the severities, each for four numbers. */
const TEXTS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

/** A severity as number and text. */
export interface Severity {
  /** Severity from 1 to 24; 0 when it is not known. */
  severity: number
  /** The text that was given; the name if a number was given. */
  severityText: string
}

/** Returns the severity that a number of OpenTelemetry, or the name of a level, stands for. */
export function severityOf(given: unknown): Severity {
  if (typeof given === 'string') return { severity: NUMBERS[given.toLowerCase()] ?? 0, severityText: given }
  if (typeof given !== 'number' || !(given >= 1 && given <= 24)) return { severity: 0, severityText: '' }
  const severity = Math.trunc(given)
  const step = (severity - 1) % 4
  return { severity, severityText: TEXTS[(severity - 1 - step) / 4] + (step === 0 ? '' : step + 1) }
}
