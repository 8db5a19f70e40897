/** Renders a list of traces as an aligned table. */

import type { TraceSummary } from '../agent/api-types'
import { formatDuration, formatTime } from './duration'
import { painter, type Screen } from './terminal'
import { clean, displayWidth, fit } from './text'

interface Column {
  title: string
  align: 'left' | 'right'
  /** Widest it may get; the resource takes what is left. */
  maxWidth: number
  value(trace: TraceSummary): string
}

const RESOURCE_MIN_WIDTH = 16

const COLUMNS: Column[] = [
  { title: 'TIME', align: 'left', maxWidth: 12, value: trace => formatTime(trace.startMs) },
  // The low 64 bits: enough to ask for the trace, and what logs and other tools print.
  { title: 'TRACE', align: 'left', maxWidth: 16, value: trace => trace.traceId.slice(-16) },
  { title: 'SERVICE', align: 'left', maxWidth: 24, value: trace => clean(trace.service) },
  {
    title: 'RESOURCE',
    align: 'left',
    maxWidth: Number.POSITIVE_INFINITY,
    value: trace => clean(trace.resource),
  },
  { title: 'DURATION', align: 'right', maxWidth: 12, value: trace => formatDuration(trace.durationMs) },
  { title: 'SPANS', align: 'right', maxWidth: 7, value: trace => String(trace.spanCount) },
  { title: 'STATUS', align: 'left', maxWidth: 22, value: statusOf },
]

/** One line a trace below a line of titles; no line is wider than the screen. */
export function renderTable(traces: readonly TraceSummary[], { width, color }: Screen): string {
  const paint = painter(color)
  const cells = traces.map(trace => COLUMNS.map(column => column.value(trace)))
  const widths = COLUMNS.map((column, index) => {
    const widest = Math.max(displayWidth(column.title), ...cells.map(row => displayWidth(row[index])))
    return Math.min(widest, column.maxWidth)
  })
  const gaps = 2 * (COLUMNS.length - 1)
  const resource = COLUMNS.findIndex(column => column.title === 'RESOURCE')
  const others = widths.reduce(
    (sum, columnWidth, index) => (index === resource ? sum : sum + columnWidth),
    gaps,
  )
  widths[resource] = Math.min(widths[resource], Math.max(RESOURCE_MIN_WIDTH, width - others))

  const line = (row: string[]) =>
    row.map((cell, index) => fit(cell, widths[index], COLUMNS[index].align)).join('  ')
  const lines = [paint(line(COLUMNS.map(column => column.title)).trimEnd(), 'dim')]
  for (const [index, row] of cells.entries()) {
    const text = line(row).trimEnd()
    lines.push(traces[index].status === 'error' ? paint(text, 'red') : text)
  }
  return `${lines.join('\n')}\n`
}

export function statusOf(trace: TraceSummary): string {
  const errors = trace.errorCount === 1 ? '1 error' : `${trace.errorCount} errors`
  const status = trace.errorCount > 0 ? errors : 'ok'
  return trace.open ? `${status}, still open` : status
}
