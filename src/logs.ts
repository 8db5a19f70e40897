/** `tracer.logs`: log records that the application makes itself, for an OpenTelemetry collector. */

import { log } from './core/log'
import { packageVersion } from './std/version'
import type { EmitLog } from './trace/log-entry'
import type { Logs } from './types'

/** Makes `tracer.logs`. `running` returns the open signal of logs; undefined while logs are off. */
export function logsOf(running: () => { readonly emit: EmitLog } | undefined): Logs {
  const scope = { name: 'tracer', version: packageVersion() }
  return {
    emit(entry) {
      const logs = running()
      if (logs !== undefined) logs.emit(entry ?? {}, scope)
      else log.warn('logs off', 'tracer.logs sends nothing: DD_LOGS_OTEL_ENABLED is not set')
    },
  }
}
