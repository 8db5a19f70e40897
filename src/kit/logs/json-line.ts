/** Adding the property `dd` to a line of JSON. */

const BRACE = '}'.charCodeAt(0)

/**
 * Appends `dd` to a line: `{"a":1}\n` → `{"a":1,"dd":…}\n`. A line that has that property, or is no object, is returned
 * unchanged.
 */
export function withDd(line: string, dd: string): string {
  let end = line.length
  while (end > 0 && line.charCodeAt(end - 1) <= 32) end--
  if (line[0] !== '{' || line.charCodeAt(end - 1) !== BRACE || has(line)) return line
  const comma = end === 2 ? '' : ','
  return `${line.slice(0, end - 1)}${comma}"dd":${dd}${line.slice(end - 1)}`
}

/**
 * Returns whether the line has a property `dd`. It is parsed only if that text occurs in it, perhaps in a nested
 * object.
 */
function has(line: string): boolean {
  if (!line.includes('"dd":')) return false
  try {
    return Object.hasOwn(JSON.parse(line) as object, 'dd')
  } catch {
    return true
  }
}
