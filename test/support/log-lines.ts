/** Catches the lines of the tracer's own log. */

import { configureLog } from '../../src/core/log'

/** Resets the log, its memory of causes included; the array fills with `level: text`. */
export function catchLog(logLevel: 'debug' | 'info' | 'warn' | 'error' | 'off' = 'info'): string[] {
  const lines: string[] = []
  const at = (level: string) => (text: string) => void lines.push(`${level}: ${text}`)
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  configureLog({ logLevel, debug: false, logger })
  return lines
}
