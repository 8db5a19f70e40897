/** The tracer's own log: to stderr, warnings by default, each cause at most once a minute. */

import type { Logger } from './logger'

type Level = 'debug' | 'info' | 'warn' | 'error'
/** A text, or a function that makes the text when a line is written. */
type Message = string | (() => string)

export interface LogSettings {
  logLevel: Level | 'off'
  debug: boolean
  logger?: Logger
}

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3, off: 4 } as const
const QUIET_MS = 60_000
/** Causes beyond this many are forgotten, oldest first. */
const MAX_CAUSES = 256

let threshold: number = SEVERITY.warn
let logger: Logger | undefined
/** Writes to stderr, also when its reader has gone: a bare `write` would end the process with EPIPE. */
let stderr: Console | undefined
let isWriting = false
const causes = new Map<string, { at: number; repeats: number }>()

/** Sets level and target of the log. `debug` alone turns all levels on; a level that is set as well narrows them. */
export function configureLog(settings: LogSettings & { origins?: { logLevel: string } }): void {
  const everything =
    settings.debug && (settings.origins === undefined || settings.origins.logLevel === 'default')
  threshold = everything ? SEVERITY.debug : SEVERITY[settings.logLevel]
  logger = settings.logger
  causes.clear()
}

export const log = {
  /** Writes a line for developers of integrations; repeated lines are not held back. */
  debug(message: Message): void {
    if (threshold <= SEVERITY.debug) write('debug', message)
  },
  info: (cause: string, message: Message): void => limited('info', cause, message),
  warn: (cause: string, message: Message): void => limited('warn', cause, message),
  error: (cause: string, message: Message): void => limited('error', cause, message),
}

function limited(level: Level, cause: string, message: Message): void {
  if (threshold > SEVERITY[level]) return
  const now = performance.now()
  const seen = causes.get(cause)
  if (seen !== undefined && now - seen.at < QUIET_MS) {
    seen.repeats++
    return
  }
  causes.delete(cause)
  causes.set(cause, { at: now, repeats: 0 })
  if (causes.size > MAX_CAUSES) causes.delete(causes.keys().next().value as string)
  write(level, message, seen?.repeats ?? 0)
}

function write(level: Level, message: Message, repeats = 0): void {
  // A logger that is itself traced would come back here for ever.
  if (isWriting) return
  isWriting = true
  try {
    const text = `${typeof message === 'function' ? message() : message}${repeats > 0 ? ` (${repeats} more since)` : ''}`
    if (logger === undefined) {
      stderr ??= new console.Console(process.stderr)
      stderr.error(`tracer: ${level}: ${text}`)
    } else writeToLogger(logger, level, text)
  } catch {
    // What the application's logger throws must not reach the application's calls.
  } finally {
    isWriting = false
  }
}

function writeToLogger(target: Logger, level: Level, text: string): void {
  const method = typeof target[level] === 'function' ? target[level] : target.debug
  const result: unknown = method?.call(target, text)
  // An async logger returns a promise that nothing else handles: its rejection would end the process.
  if (result instanceof Promise) result.catch(() => {})
}
