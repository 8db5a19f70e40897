/** The table at the end of a test run: integration × versions × kind of modules × passed. */

import { readFileSync } from 'node:fs'

/** Each outcome is a line of JSON in this file. */
export const MATRIX_VARIABLE = 'TEST_MATRIX_FILE'

export interface MatrixRow {
  integration: string
  set: string
  label: string
  modules: 'CommonJS' | 'ES modules'
  passed: boolean
}

/** Rows that a test run wrote; empty when there was none. */
export function readMatrix(file: string): MatrixRow[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as MatrixRow)
}

export function matrixTable(rows: readonly MatrixRow[]): string {
  const lines = new Map<string, string[]>()
  for (const { integration, set, label, modules, passed } of rows) {
    const key = `${integration}\0${set}\0${label}`
    const line = lines.get(key) ?? [integration, set, label, '-', '-']
    line[modules === 'CommonJS' ? 3 : 4] = passed ? 'passed' : 'FAILED'
    lines.set(key, line)
  }
  const byVersion = new Intl.Collator('en', { numeric: true })
  const sorted = [...lines.keys()].sort(byVersion.compare).map(key => lines.get(key) as string[])
  const table = [['integration', 'set', 'version', 'CommonJS', 'ES modules'], ...sorted]
  const widths = table[0].map((_, column) => Math.max(...table.map(line => line[column].length)))
  return table
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
