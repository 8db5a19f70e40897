/**
 * Finds comments that need the line above, or a guess, to be understood: docstrings that begin with a word such as "Of", or
 * whose first sentence uses a pronoun for things it has not named, and comments in the first person. It is the
 * mechanical part of the rule for comments in .github/CONTRIBUTING.md.
 */

import { readdirSync } from 'node:fs'
import { extname, join } from 'node:path'

export interface ProseFault {
  /** Line of the comment's beginning, from 1. */
  line: number
  reason: string
  /** Beginning of the comment. */
  text: string
}

const BEGINNINGS =
  /^(Of|The same|Those|That|These|Them|It|They|He|So|By|In|As|On|With|Without|And|Or|But|Also|Else|Whose|Who|Which|One of|Ours?|Theirs?)\b/
const PERSONS = /\b(we|us|our|ours|ourselves|somebody|someone|whoever)\b/i
const THEM = /\bthem\b/i
/** The sentence of a row of configuration is printed in a table, where these words would point to another row. */
const POINTERS = /\b(them|those|these)\b/i

const DOCSTRING = /\/\*\*([\s\S]*?)\*\//g
const LINE_COMMENT = /(?<=^|\s)\/\/(?!\/)(.*)$/gm
const ROW_TEXT = /\bdoc:\s*(['"`])((?:\\.|(?!\1).)*)\1/g

const EXTENSIONS = new Set(['.ts', '.tsx', '.cts', '.mts', '.js', '.cjs', '.mjs', '.cc', '.h', '.hh'])
const GENERATED = new Set(['node_modules', 'dist', 'lib', '.cache', 'prebuilds', 'build'])

/** Returns the faults of a source text, in C++, JavaScript or TypeScript. */
export function proseFaults(source: string): ProseFault[] {
  const faults: ProseFault[] = []
  const check = (pattern: RegExp, reasonOf: (text: string) => string | undefined, group = 1): void => {
    for (const match of source.matchAll(pattern)) {
      const text = (match[group] ?? '').replaceAll(/\n\s*\* ?/g, ' ').trim()
      const reason = reasonOf(text)
      if (reason === undefined) continue
      const line = source.slice(0, match.index).split('\n').length
      faults.push({ line, reason, text: text.slice(0, 120) })
    }
  }
  check(DOCSTRING, text => beginning(text) ?? word(text, PERSONS) ?? word(firstSentence(text), THEM))
  check(LINE_COMMENT, text => (/biome-ignore|https?:/.test(text) ? undefined : word(text, PERSONS)))
  check(ROW_TEXT, text => beginning(text) ?? word(text, POINTERS), 2)
  return faults
}

function beginning(text: string): string | undefined {
  const found = BEGINNINGS.exec(text)
  return found === null ? undefined : `begins with "${found[0]}"`
}

function word(text: string, words: RegExp): string | undefined {
  const found = words.exec(text)
  return found === null ? undefined : `says "${found[0]}"`
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s/)[0] ?? ''
}

/** Returns the paths of the source files in a folder. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return GENERATED.has(entry.name) ? [] : sourceFiles(path)
    return EXTENSIONS.has(extname(entry.name)) ? [path] : []
  })
}
