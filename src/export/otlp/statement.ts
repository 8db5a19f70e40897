/**
 * SQL as OpenTelemetry wants it. Datadog's resource is the whole statement, and its agent takes the literals out; here
 * nobody comes after us, so they go at once (https://opentelemetry.io/docs/specs/semconv/database/database-spans/).
 */

export interface Statement {
  /** `?` in the place of each literal. */
  text: string
  /** `SELECT`; empty where it begins with no word. */
  operation: string
}

const COMMENT = String.raw`\/\*[\s\S]*?\*\/|--[^\n]*`
const QUOTED = String.raw`'(?:[^'\\]|''|\\[\s\S])*'?`
const DOLLARS = String.raw`\$(?<mark>[a-z_]\w*)?\$[\s\S]*?(?:\$\k<mark>\$|$)`
/** Parameters (`$1`) and names with digits in them (`t1`, `"t 1"`, `t 1` in backticks) are taken whole, and stay. */
const NAME = '"(?:[^"]|"")*"?|`[^`]*`?|[$:@a-z_\\u0080-\\uffff][\\w$.\\u0080-\\uffff]*'
const NUMBER = String.raw`0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const TOKEN = new RegExp(`(${COMMENT})|${QUOTED}|${DOLLARS}|(${NAME})|${NUMBER}`, 'gi')
/** The first word after comments and brackets. */
const OPERATION = new RegExp(`^(?:${COMMENT}|[\\s(])*([a-z]+)`, 'i')

/** Statements beyond this many are data; longer ones than this are not worth their memory. */
const MAX_KEPT = 512
const MAX_KEPT_LENGTH = 4096

const kept = [new Map<string, Statement>(), new Map<string, Statement>()]

/** `hasQuotedTexts`: `"…"` is a text, as in MySQL, and not a name. */
export function statementOf(sql: string, hasQuotedTexts = false): Statement {
  const known = kept[Number(hasQuotedTexts)]
  return known.get(sql) ?? keep(known, sql, read(sql, hasQuotedTexts))
}

function read(sql: string, hasQuotedTexts: boolean): Statement {
  const text = sql
    .replace(TOKEN, (token: string, comment?: string, _mark?: string, name?: string) => {
      if (comment !== undefined) return token
      return name === undefined || (hasQuotedTexts && name.startsWith('"')) ? '?' : token
    })
    .trim()
  return { text, operation: OPERATION.exec(text)?.[1].toUpperCase() ?? '' }
}

function keep(known: Map<string, Statement>, sql: string, statement: Statement): Statement {
  if (known.size < MAX_KEPT && sql.length <= MAX_KEPT_LENGTH) known.set(sql, statement)
  return statement
}
