/** What came out: a table for each figure of a question, or all of it as JSON. */

import { type Budgets, targetText } from './budgets'
import type { Answer } from './interleave'
import { baseOf, type Figure, type Question } from './question'
import { addedOf, ratiosOf, type Summary, summary, valuesOf } from './statistics'

const RATIO_DIGITS = 3

export interface FigureReport {
  figure: string
  subjects: {
    subject: string
    value: Summary
    base: string
    /** Multiple of the base, inside repetitions. */
    ratio?: Summary
    /** Excess over the base, reported in place of `ratio`. */
    added?: Summary
    target?: string
  }[]
}

/** One entry for each figure, in the order of the question's subjects. */
export function figureReports(
  question: Question,
  subjects: readonly string[],
  answer: Answer,
  budgets: Budgets,
): FigureReport[] {
  return question.figures.map(figure => ({
    figure: figure.key,
    subjects: subjects.flatMap(subject => {
      const value = summary(valuesOf(answer.repetitions, subject, figure.key))
      if (value === undefined) return []
      const base = baseOf(question, subject)
      const against = [answer.repetitions, subject, base, figure.key] as const
      return [
        {
          subject,
          value,
          base,
          ratio: figure.compared === true ? summary(ratiosOf(...against)) : undefined,
          added: figure.compared === 'added' ? summary(addedOf(...against)) : undefined,
          target: targetText(budgets, question.name, figure.key, subject),
        },
      ]
    }),
  }))
}

export function tables(question: Question, reports: readonly FigureReport[]): string {
  return reports
    .map((report, index) => {
      const figure = question.figures[index] as Figure
      return `${figure.title}\n${table(question, figure, report)}`
    })
    .join('\n\n')
}

function table(question: Question, figure: Figure, report: FigureReport): string {
  const head = ['subject', 'median', 'min … max']
  const isAdded = figure.compared === 'added'
  const base = question.bases === undefined ? question.base : 'its base'
  if (figure.compared) head.push(`${isAdded ? '+' : '×'} ${base}`, 'min … max')
  head.push('target')
  const rows = report.subjects.map(({ subject, value, ratio, added, target }) => {
    const cells = [subject, ...numbers(value, figure.digits)]
    const compared = ratio ?? added
    if (compared !== undefined) cells.push(...numbers(compared, isAdded ? figure.digits : RATIO_DIGITS))
    else if (figure.compared) cells.push('', '')
    cells.push(target ?? '')
    return cells
  })
  return align([head, ...rows])
}

function numbers({ median, min, max }: Summary, digits: number): [string, string] {
  return [median.toFixed(digits), `${min.toFixed(digits)} … ${max.toFixed(digits)}`]
}

/** The first and the last column flush left, numbers flush right. */
function align(lines: readonly string[][]): string {
  const columns = lines[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map(cells => cells[column]?.length ?? 0)),
  )
  return lines
    .map(cells =>
      cells
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return column === 0 || column === columns - 1 ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('   ')
        .trimEnd(),
    )
    .map(line => `  ${line}`)
    .join('\n')
}
