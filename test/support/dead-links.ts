/** Finds links of pages that lead nowhere. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { anchorsOf, linksOf, pagesIn } from '../tools/pages'

/** Returns one line for each link of the pages below `root` whose file or anchor is not there. */
export function deadLinks(root: string): string[] {
  return pagesIn(root).flatMap(page => {
    const text = readFileSync(join(root, page), 'utf8')
    return linksOf(text).flatMap(({ line, target }) => {
      const [path, anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      const reason = faultOf(join(root, file), anchor)
      return reason === undefined ? [] : [`${page}:${line}: ${target}: ${reason}`]
    })
  })
}

function faultOf(file: string, anchor: string | undefined): string | undefined {
  if (!existsSync(file)) return 'there is no such file'
  if (statSync(file).isDirectory()) return 'a folder is no page'
  if (anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor))
    return 'there is no such heading'
  return undefined
}
