/** Lays out rows as an aligned table. */

import { type Paint, painter, type Screen } from './terminal'
import { displayWidth, fit } from './text'

/** A column of a table: its title and how a row is shown. */
export interface Column<T> {
  title: string
  align: 'left' | 'right'
  /** Greatest width; the one column without it takes the rest of the line. */
  maxWidth?: number
  value(row: T): string
}

const FLEXIBLE_MIN_WIDTH = 16

/**
 * Returns a line of titles and a line for each row. The column without `maxWidth` is cut so that lines fit the
 * screen.
 */
export function renderColumns<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { width, color }: Screen,
  style: (row: T) => Parameters<Paint>[1] | undefined = () => undefined,
): string {
  const paint = painter(color)
  const cells = rows.map(row => columns.map(column => column.value(row)))
  const widths = columns.map(({ title, maxWidth }, index) => {
    const widest = cells.reduce((most, row) => Math.max(most, displayWidth(row[index])), displayWidth(title))
    return Math.min(widest, maxWidth ?? widest)
  })
  const flexible = columns.findIndex(({ maxWidth }) => maxWidth === undefined)
  const gaps = 2 * (columns.length - 1)
  const others = widths.reduce((sum, each, index) => (index === flexible ? sum : sum + each), gaps)
  widths[flexible] = Math.min(widths[flexible], Math.max(FLEXIBLE_MIN_WIDTH, width - others))

  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => fit(cell, widths[index], columns[index].align))
      .join('  ')
      .trimEnd()
  const lines = [paint(line(columns.map(({ title }) => title)), 'dim')]
  for (const [index, row] of cells.entries()) {
    const wanted = style(rows[index])
    lines.push(wanted === undefined ? line(row) : paint(line(row), wanted))
  }
  return `${lines.join('\n')}\n`
}
