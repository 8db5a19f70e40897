/** Tables for the README, made from the code that they describe. */

import type { Row } from '../../src/core/config/row'
import { table } from '../../src/core/config/table'
import type { Integration } from '../../src/patch/types'
import { testedRange } from '../libraries/sets'

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``
}

function fallbackText(row: Row<unknown>, name: string): string {
  if (name === 'queryObfuscation') return 'common secrets'
  const value = row.fallback
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return ''
  if (Array.isArray(value)) return code(value.join(','))
  if (typeof value === 'object') return ''
  return code(row.unit === undefined ? String(value) : `${value} ${row.unit}`)
}

/** One line a setting: variables, option, default, sentence. */
export function configTable(): string {
  const lines = ['| environment | `init()` option | default | meaning |', '|---|---|---|---|']
  for (const [name, row] of Object.entries(table) as [string, Row<unknown>][]) {
    const option = row.option === false ? '' : code(row.option ?? name)
    const [first = '', ...aliases] = row.env
    const env = code(first) + (aliases.length > 0 ? ` (${aliases.map(code).join(', ')})` : '')
    lines.push(`| ${env} | ${option} | ${fallbackText(row, name)} | ${cell(row.doc)} |`)
  }
  lines.push(
    '| `DD_TRACE_<NAME>_ENABLED` | | `true` | Switches one integration: `DD_TRACE_PG_ENABLED=false`. |',
  )
  return lines.join('\n')
}

/** One line an integration: name, modules with versions, the oldest and newest that tests run with, options. */
export function integrationTable(integrations: readonly Integration[]): string {
  const lines = [
    '| integration | modules | tested with | traces | options of `use()` |',
    '|---|---|---|---|---|',
  ]
  for (const { name, doc, options, targets } of integrations) {
    const modules = new Map<string, Set<string>>()
    for (const target of targets) {
      const ranges = modules.get(target.module) ?? new Set()
      if (target.versions !== undefined) ranges.add(target.versions)
      modules.set(target.module, ranges)
    }
    const supported = [...modules].map(([module, ranges]) =>
      `${module} ${[...ranges].map(code).join(', ')}`.trim(),
    )
    const names = Object.keys(options ?? {})
      .map(code)
      .join(', ')
    lines.push(
      `| ${code(name)} | ${cell(supported.join('; '))} | ${testedRange(name)} | ${cell(doc)} | ${names} |`,
    )
  }
  return lines.join('\n')
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
export function replaceSection(text: string, name: string, content: string): string {
  const start = text.indexOf(`<!-- ${name} -->`)
  const end = text.indexOf(`<!-- /${name} -->`)
  if (start < 0 || end < start) throw new Error(`README.md has no section <!-- ${name} -->`)
  return `${text.slice(0, start)}<!-- ${name} -->\n${content}\n${text.slice(end)}`
}
