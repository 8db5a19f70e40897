/** Makes the tables of the documentation from the code that they describe. */

import type { Row } from '../../src/core/config/row'
import { sections } from '../../src/core/config/table'
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

/** Returns the sections of the configuration as Markdown: a list of links, then a heading and a table for each section. */
export function configTables(): string {
  const contents = sections.map(({ title }) => `- [${title}](#${anchorOf(title)})`)
  const tables = sections.map(({ title, rows }) => `### ${title}\n\n${configTable(rows)}`)
  return [contents.join('\n'), ...tables].join('\n\n')
}

/** Returns one line for each setting: its names, one below the other, its default, its sentence. */
function configTable(rows: Readonly<Record<string, Row<unknown>>>): string {
  const lines = ['| environment variable, option of `init()` | default | meaning |', '|---|---|---|']
  for (const [name, row] of Object.entries(rows)) {
    const option = row.option === false ? [] : [`init({ ${row.option ?? name} })`]
    const names = [...row.env, ...option].map(code).join('<br>')
    lines.push(`| ${names} | ${fallbackText(row, name)} | ${cell(row.doc)} |`)
  }
  return lines.join('\n')
}

/** Returns one line for each integration: name, modules with versions, the oldest and newest that tests run with. */
export function integrationTable(integrations: readonly Integration[]): string {
  const lines = ['| integration | modules | tested with | traces |', '|---|---|---|---|']
  for (const { name, doc, targets } of integrations) {
    const modules = new Map<string, Set<string>>()
    for (const target of targets) {
      const ranges = modules.get(target.module) ?? new Set()
      if (target.versions !== undefined) ranges.add(target.versions)
      modules.set(target.module, ranges)
    }
    const supported = [...modules].map(([module, ranges]) =>
      `${module} ${[...ranges].map(code).join(', ')}`.trim(),
    )
    lines.push(`| ${code(name)} | ${cell(supported.join('; '))} | ${testedRange(name)} | ${cell(doc)} |`)
  }
  return lines.join('\n')
}

/** Returns one line for each option of `use()`: name, sentence, the integrations that have it. */
export function integrationOptionTable(integrations: readonly Integration[]): string {
  const owners = new Map<string, string[]>()
  for (const { name, options } of integrations) {
    for (const [option, doc] of Object.entries(options ?? {})) {
      const start = `| ${code(option)} | ${cell(doc)} |`
      owners.set(start, [...(owners.get(start) ?? []), code(name)])
    }
  }
  const lines = [...owners].sort(([first], [second]) => (first < second ? -1 : 1))
  const rows = lines.map(([start, names]) => `${start} ${names.join(', ')} |`)
  return ['| option | meaning | integrations |', '|---|---|---|', ...rows].join('\n')
}

/** Returns the anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  const text = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
  return text.trim().replaceAll(' ', '-')
}

/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
export function replaceSection(text: string, name: string, content: string): string {
  const start = text.indexOf(`<!-- ${name} -->`)
  const end = text.indexOf(`<!-- /${name} -->`)
  if (start < 0 || end < start) throw new Error(`there is no section <!-- ${name} -->`)
  return `${text.slice(0, start)}<!-- ${name} -->\n${content}\n${text.slice(end)}`
}
