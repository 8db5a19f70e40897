/** Renders one trace as a waterfall: a tree of spans, each with its bar on the trace's time line. */

import type { SpanDetail, TraceDetail } from '../agent/api-types'
import { formatDuration } from './duration'
import { foldRows, type Row } from './fold'
import { statusOf } from './table'
import { type Paint, painter, type Screen } from './terminal'
import { clean, cut, fit } from './text'

const DURATION_WIDTH = 10
/** Share of the line for the names; the bars have the rest. */
const NAME_SHARE = 0.6
const MIN_BAR_WIDTH = 10
const MAX_BAR_WIDTH = 60

/**
 * Returns the lines of the waterfall, none wider than the screen. Errors are marked in words (`ERROR`, and type and
 * message below the span), never by colour alone.
 */
export function renderWaterfall(trace: TraceDetail, { width, color }: Screen): string {
  const paint = painter(color)
  const barWidth = Math.min(
    MAX_BAR_WIDTH,
    Math.max(MIN_BAR_WIDTH, Math.floor((width - DURATION_WIDTH - 4) * (1 - NAME_SHARE))),
  )
  const nameWidth = width - barWidth - DURATION_WIDTH - 4
  const lines = [...header(trace, width, paint), '']
  for (const row of foldRows(trace.spans)) {
    const tree = cut(treeOf(row), Math.floor(nameWidth / 2))
    const name = fit(tree + label(row), nameWidth)
    const bar = barOf(row, trace.durationMs, barWidth)
    const duration = fit(formatDuration(sumMs(row)), DURATION_WIDTH, 'right')
    const isError = row.spans[0].error
    lines.push(
      `${isError ? paint(name, 'red') : name}  ${paint(bar, isError ? 'red' : 'cyan')}  ${duration}`.trimEnd(),
    )
    if (isError) lines.push(paint(cut(`${below(row)}${errorText(row.spans[0])}`, width), 'red'))
  }
  return `${lines.join('\n')}\n`
}

function header(trace: TraceDetail, width: number, paint: Paint): string[] {
  const { service, resource, name } = trace
  const spanCount = trace.spanCount === 1 ? '1 span' : `${trace.spanCount} spans`
  return [
    paint(cut(`${clean(resource || name)}  ${clean(service)}`, width), 'bold'),
    cut(`${formatDuration(trace.durationMs)}  ${spanCount}  ${statusOf(trace)}`, width),
    cut(`trace ${clean(trace.traceId)}  ${new Date(trace.startMs).toISOString()}`, width),
  ]
}

function label({ spans }: Row): string {
  const span = spans[0]
  if (span.synthetic) return '(parent not received)'
  const times = spans.length > 1 ? ` ×${spans.length}` : ''
  const error = span.error ? ' ERROR' : ''
  const open = span.metrics['_dd.partial_version'] >= 0 ? ' (still open)' : ''
  // A resource that equals the operation's name is not repeated.
  return clean(
    `${span.name}${times}${error}${open}  ${span.resource === span.name ? '' : span.resource}  [${span.service}]`,
  ).replace(/ {3,}/g, '  ')
}

function errorText(span: SpanDetail): string {
  const type = clean(span.meta['error.type'] ?? '')
  const message = clean(span.meta['error.message'] ?? span.meta['error.msg'] ?? '')
  if (type === '' && message === '') return '! marked as an error, without type or message'
  return `! ${[type, message].filter(Boolean).join(': ')}`
}

function treeOf({ guides, isLast, depth }: Row): string {
  if (depth === 0) return ''
  return `${guides.map(goesOn => (goesOn ? '│  ' : '   ')).join('')}${isLast ? '└─ ' : '├─ '}`
}

/** Returns the tree to the left of an error's line: the vertical lines that go on further down. */
function below({ guides, isLast, depth }: Row): string {
  if (depth === 0) return '   '
  return `${[...guides, !isLast].map(goesOn => (goesOn ? '│  ' : '   ')).join('')}   `
}

function sumMs({ spans }: Row): number {
  return spans.reduce((sum, span) => sum + span.durationMs, 0)
}

/**
 * Returns the bar: `█` where a span runs, `·` between the spans of a folded row. Every span fills at least one cell.
 */
function barOf({ spans }: Row, totalMs: number, width: number): string {
  const cells = new Array<string>(width).fill(' ')
  const scale = totalMs > 0 ? width / totalMs : 0
  const cellOf = (ms: number) => Math.min(width - 1, Math.max(0, Math.floor(ms * scale)))
  const first = cellOf(spans[0].offsetMs)
  let last = first
  for (const { offsetMs, durationMs } of spans) {
    const from = cellOf(offsetMs)
    // An end exactly on the border of two cells belongs to the first; a trace of no length fills the whole line.
    const to = totalMs > 0 ? Math.max(from, Math.ceil((offsetMs + durationMs) * scale - 1e-9) - 1) : width - 1
    for (let at = from; at <= Math.min(to, width - 1); at++) cells[at] = '█'
    last = Math.max(last, Math.min(to, width - 1))
  }
  if (spans.length > 1) for (let at = first; at < last; at++) if (cells[at] === ' ') cells[at] = '·'
  return cells.join('')
}
