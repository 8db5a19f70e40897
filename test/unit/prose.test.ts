/** Comments can be understood by themselves: the mechanical part of that rule, for all sources. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/programs'
import { proseFaults, sourceFiles } from '../tools/prose'

const FOLDERS = ['src', 'integrations', 'native', 'test']

/** Comments are assembled here, so that this file itself has none with a fault. */
const docstring = (text: string) => `const a = 1\n/*${'*'} ${text} */\nconst b = 2`
const lineComment = (text: string) => `const a = 1 /${'/'} ${text}`
const row = (text: string) => `url({ env: 'DD_X', do${'c'}: '${text}' })`

const FAULTY: [source: string, line: number, reason: string][] = [
  [docstring('Of the agent.'), 2, 'begins with "Of"'],
  [docstring('The same for logs.'), 2, 'begins with "The same"'],
  [docstring('Without its query.'), 2, 'begins with "Without"'],
  [docstring('Counts spans.\n * Ours are left out.'), 2, 'says "Ours"'],
  [docstring('Returns some of them.'), 2, 'says "them"'],
  [lineComment('somebody else has patched it'), 1, 'says "somebody"'],
  [row('Send both to them.'), 1, 'says "them"'],
  [row('With the others.'), 1, 'begins with "With"'],
]

for (const [source, line, reason] of FAULTY) {
  test(`a comment that ${reason} is found`, () => {
    const faults = proseFaults(source)
    assert.deepEqual(
      faults.map(fault => [fault.line, fault.reason]),
      [[line, reason]],
    )
  })
}

test('comments that name their subject are left alone', () => {
  const sources = [
    docstring('Returns the spans of a trace. Most traces have few of them.'),
    docstring('Offset of the first byte.'),
    lineComment('biome-ignore lint/style/x: the library gives us no type'),
    row('Send the git commit with traces.'),
  ]
  for (const source of sources) assert.deepEqual(proseFaults(source), [], source)
})

test('no comment needs the line above it to be understood', () => {
  const faults = FOLDERS.flatMap(folder => sourceFiles(join(ROOT, folder))).flatMap(path =>
    proseFaults(readFileSync(path, 'utf8')).map(
      ({ line, reason, text }) => `${relative(ROOT, path)}:${line}: ${reason}: ${text}`,
    ),
  )
  assert.equal(faults.join('\n'), '')
})
