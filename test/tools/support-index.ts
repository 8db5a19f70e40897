/** Makes the index of `test/support` from the first sentence of each file. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Returns a table with a line for each file of the folder; throws for a file without a first comment. */
export function supportTable(folder: string): string {
  const files = readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .sort()
  const rows = files.map(name => `| [\`${name}\`](${name}) | ${sentenceOf(join(folder, name))} |`)
  return ['| file | content |', '|---|---|', ...rows].join('\n')
}

function sentenceOf(path: string): string {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(path, 'utf8'))?.[1]
  if (comment === undefined) throw new Error(`${path} does not begin with a comment`)
  const text = comment.replaceAll(/\n \* ?/g, ' ').trim()
  return (/^.*?\.(?= |$)/.exec(text)?.[0] ?? text).replaceAll('|', '\\|')
}
