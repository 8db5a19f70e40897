/** `tracer.logs`: records of the application's own, for the collector that the configuration asks for. */

import { log } from './core/log'
import { packageVersion } from './std/version'
import type { EmitLog } from './trace/log-entry'
import type { Logs } from './types'

/** `running` answers what takes records, if somebody does. */
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
