/** Reads which status codes of gRPC (0 to 16) are errors. */

/** Parses ranges such as `1-4,14`; undefined when a part is neither a code nor a range of codes. */
export function parseCodes(text: string): ReadonlySet<number> | undefined {
  const codes = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?\s*$/.exec(part)
    if (match === null) return undefined
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    for (let code = Math.min(first, last); code <= Math.max(first, last); code++) codes.add(code)
  }
  return codes
}

/** Returns the code with which a failed handler is answered, by the library's rule: its own code, or UNKNOWN. */
export function codeOf(error: unknown): number {
  const { code } = (error ?? {}) as { code?: unknown }
  return Number.isInteger(code) ? (code as number) : UNKNOWN
}

export const CANCELLED = 1
export const UNKNOWN = 2
export const DEADLINE_EXCEEDED = 4
