/**
 * SQL statements without literals, as OpenTelemetry wants. Datadog's resource is the whole statement, and
 * Datadog's agent removes the literals; a collector does not, so that the exporter has to
 * (https://opentelemetry.io/docs/specs/semconv/database/database-spans/).
 */

/** A statement without its literals. */
export interface Statement {
  /** The statement with `?` in place of each literal. */
  text: string
  /** The first word, such as `SELECT`; empty when the statement begins with no word. */
  operation: string
}

/** Matches a comment in one way only: two comments that could share a character make `OPERATION` exponential. */
const COMMENT = String.raw`\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|--[^\n]*(?:\n|$)`
/** Matches a comment without an end, to the end of the statement: no server takes it, and it is hidden. */
const UNENDED = String.raw`\/\*[\s\S]*`
const QUOTED = String.raw`'(?:[^'\\]|''|\\[\s\S])*'?`
const DOLLARS = String.raw`\$(?<mark>[a-z_]\w*)?\$[\s\S]*?(?:\$\k<mark>\$|$)`
/** Matches parameters (`$1`) and names with digits (`t1`, `"t 1"`, `t 1` in backticks) as a whole: these stay. */
const NAME = '"(?:[^"]|"")*"?|`[^`]*`?|[$:@a-z_\\u0080-\\uffff][\\w$.\\u0080-\\uffff]*'
const NUMBER = String.raw`0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const TOKEN = new RegExp(`(${COMMENT})|${UNENDED}|${QUOTED}|${DOLLARS}|(${NAME})|${NUMBER}`, 'gi')
/** Matches the first word after comments and brackets. */
const OPERATION = new RegExp(`^(?:${COMMENT}|[\\s(])*([a-z]+)`, 'i')

/** Most statements that are kept, and the longest: longer ones are not worth their memory. */
const MAX_KEPT = 512
const MAX_KEPT_LENGTH = 4096

const kept = [new Map<string, Statement>(), new Map<string, Statement>()]

/** Returns the parts of a statement. `hasQuotedTexts`: `"…"` is a text, as in MySQL, and not a name. */
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
