/** The targets that stand beside the figures. They are shown, never asserted: a busy machine is no defect. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root'

/** Most that a figure should be, for the subjects of the project. */
export interface Budget {
  /** Limit as a multiple of the question's base. */
  ratio?: number
  /** Limit in the figure's own unit. */
  value?: number
  /** Limit of the excess over the base, in the figure's own unit. */
  added?: number
  /** Names of the subjects that it applies to. */
  subjects: string[]
}

/** Budgets by question and figure. */
export type Budgets = Record<string, Record<string, Budget>>

export function readBudgets(): Budgets {
  return JSON.parse(readFileSync(join(root, 'test/bench/budgets.json'), 'utf8')) as Budgets
}

/** For example `× ≤ 1.35` or `+ ≤ 15`; undefined where nothing was promised. */
export function targetText(
  budgets: Budgets,
  question: string,
  figure: string,
  subject: string,
): string | undefined {
  const budget = budgets[question]?.[figure]
  if (budget === undefined || !budget.subjects.includes(subject)) return undefined
  if (budget.ratio !== undefined) return `× ≤ ${budget.ratio}`
  return budget.added === undefined ? `≤ ${budget.value}` : `+ ≤ ${budget.added}`
}
