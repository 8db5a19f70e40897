/** Renders a list of traces as an aligned table. */

import type { TraceSummary } from '../agent/api-types'
import { type Column, renderColumns } from './columns'
import { formatDuration, formatTime } from './duration'
import type { Screen } from './terminal'
import { clean } from './text'

const COLUMNS: Column<TraceSummary>[] = [
  { title: 'TIME', align: 'left', maxWidth: 12, value: trace => formatTime(trace.startMs) },
  // The low 64 bits identify the trace, and are what logs and other tools print.
  { title: 'TRACE', align: 'left', maxWidth: 16, value: trace => trace.traceId.slice(-16) },
  { title: 'SERVICE', align: 'left', maxWidth: 24, value: trace => clean(trace.service) },
  { title: 'RESOURCE', align: 'left', value: trace => clean(trace.resource) },
  { title: 'DURATION', align: 'right', maxWidth: 12, value: trace => formatDuration(trace.durationMs) },
  { title: 'SPANS', align: 'right', maxWidth: 7, value: trace => String(trace.spanCount) },
  { title: 'STATUS', align: 'left', maxWidth: 22, value: statusOf },
]

/** Returns a line of titles and a line for each trace, none wider than the screen. */
export function renderTable(traces: readonly TraceSummary[], screen: Screen): string {
  return renderColumns(COLUMNS, traces, screen, trace => (trace.status === 'error' ? 'red' : undefined))
}

/** Returns the status of a trace in words, such as `2 errors, still open`. */
export function statusOf(trace: TraceSummary): string {
  const errors = trace.errorCount === 1 ? '1 error' : `${trace.errorCount} errors`
  const status = trace.errorCount > 0 ? errors : 'ok'
  return trace.open ? `${status}, still open` : status
}
