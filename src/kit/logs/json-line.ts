/** A line of JSON with one more property at its end. */

const BRACE = '}'.charCodeAt(0)

/** `{"a":1}\n` → `{"a":1,"dd":…}\n`. The line as it is when it has that property, or is no object. */
export function withDd(line: string, dd: string): string {
  let end = line.length
  while (end > 0 && line.charCodeAt(end - 1) <= 32) end--
  if (line[0] !== '{' || line.charCodeAt(end - 1) !== BRACE || has(line)) return line
  const comma = end === 2 ? '' : ','
  return `${line.slice(0, end - 1)}${comma}"dd":${dd}${line.slice(end - 1)}`
}

/** The text may be that of a property deeper inside: only then is the line read. */
function has(line: string): boolean {
  if (!line.includes('"dd":')) return false
  try {
    return Object.hasOwn(JSON.parse(line) as object, 'dd')
  } catch {
    return true
  }
}
