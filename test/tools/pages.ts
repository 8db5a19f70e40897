/** Reads the pages of the documentation: their links, their anchors, their blocks of code. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anchorOf } from './tables'

const OTHERS = new Set(['node_modules', 'dist', 'lib', '.cache', '.git'])

/** Returns the paths of all pages below a folder, relative to it. */
export function pagesIn(root: string, folder = '.'): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return OTHERS.has(entry.name) ? [] : pagesIn(root, path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

export interface Link {
  line: number
  target: string
}

/** Returns the links of a page, except those to other sites. */
export function linksOf(text: string): Link[] {
  const prose = withoutCode(text)
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(({ 1: target, index }) => ({ target, line: lineAt(prose, index) }))
    .filter(({ target }) => !/^[a-z]+:/.test(target))
}

/** Returns the anchors that GitHub gives the headings of a page; a second heading of the same text gets a number. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading] of withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading)
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}

export interface Block {
  page: string
  line: number
  language: string
  code: string
}

const FENCE = /^( *)```([^\n]*)\n([\s\S]*?)^ *```$/gm

/** Returns the fenced blocks of a page. */
export function blocksOf(page: string, text: string): Block[] {
  return [...text.matchAll(FENCE)].map(({ 1: indent, 2: language, 3: body, index }) => ({
    page,
    language,
    line: lineAt(text, index) + 1,
    code: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))
}

/** Returns what stands below a heading of the second level. */
export function sectionOf(text: string, heading: string): string {
  const [, section] = text.split(new RegExp(`^## ${heading}$`, 'm'))
  if (section === undefined) throw new Error(`there is no heading ${heading}`)
  return section.split(/^## /m)[0]
}

/** Returns the blocks of all pages below a folder. */
export function allBlocks(root: string): Block[] {
  return pagesIn(root).flatMap(page => blocksOf(page, readFileSync(join(root, page), 'utf8')))
}

/** Blanks the blocks of code, so that lines keep their numbers. */
function withoutBlocks(text: string): string {
  return text.replaceAll(FENCE, block => block.replaceAll(/[^\n]/g, ' '))
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replaceAll(/`[^`\n]+`(?!\])/g, code => ' '.repeat(code.length))
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
