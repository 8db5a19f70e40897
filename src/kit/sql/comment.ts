/** Placement of DBM comments in SQL statements. */

import type { PatchTools } from '../../patch/types'
import { dbmMode } from '../dbm'

/** A comment for one statement. */
export interface SqlComment {
  /** The comment, with its delimiters. */
  text: string
  isAppended: boolean
}

/** Calls `patch` once comments are wanted, now or after a later `use()`. Until then they cost nothing. */
export function onceCommenting(tools: PatchTools, patch: () => void): void {
  let isPatched = false
  tools.state.onConfigure(() => {
    if (isPatched || dbmMode(tools.state.options.dbmPropagationMode, tools.config) === 'disabled') return
    isPatched = true
    patch()
  })
}

const SEMICOLON = 0x3b
const SPACE = 0x20

/**
 * Returns the statement with its comment. An appended comment goes before a final semicolon: behind it, where several
 * statements are allowed, it would be one more statement with a result of its own (seen with MariaDB 10.11). For the
 * same reason an empty text, which the server answers with an error, stays as it is.
 */
export function withComment(sql: string, { text, isAppended }: SqlComment): string {
  if (isEmpty(sql)) return sql
  if (!isAppended) return `${text} ${sql}`
  const end = endOfStatement(sql)
  return `${sql.slice(0, end)} ${text}${sql.slice(end)}`
}

function isEmpty(sql: string): boolean {
  for (let at = 0; at < sql.length; at++) {
    const code = sql.charCodeAt(at)
    if (code > SPACE && code !== SEMICOLON) return false
  }
  return true
}

/** Returns the index of the semicolons and blanks at the end of `sql`; its length if there is no semicolon. */
function endOfStatement(sql: string): number {
  let isTerminated = false
  for (let end = sql.length; end > 0; end--) {
    const code = sql.charCodeAt(end - 1)
    if (code === SEMICOLON) isTerminated = true
    else if (code > SPACE) return isTerminated ? end : sql.length
  }
  return sql.length
}
