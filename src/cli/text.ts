/** Makes received text safe for a terminal, and measures it. Names and messages may come from an attacker. */

// Matches whole escape sequences with their letters (ECMA-48: control strings, CSI, the rest).
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g
const WHITE_SPACE = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/** Matches control and format characters, also invisible ones and marks that change the direction of writing. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu

/** Returns the text as one line without escape sequences, control characters and changes of direction. */
export function clean(text: string): string {
  return text.replace(ESCAPES, '').replace(WHITE_SPACE, ' ').replace(CONTROLS, '')
}

const MARKS = /\p{M}/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u

/** Returns the columns of the text in a terminal: 0 for combining marks, 2 for East Asian wide characters and emoji. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

function characterWidth(character: string): number {
  if (character < '\u0300') return 1
  if (MARKS.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** Returns the text cut to `width` columns, with an ellipsis if it is longer. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let result = ''
  let left = width - 1
  for (const character of text) {
    left -= characterWidth(character)
    if (left < 0) break
    result += character
  }
  return width > 0 ? `${result}…` : ''
}

/** Returns the text cut or filled with blanks to exactly `width` columns. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, width)
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(short)))
  return align === 'left' ? short + blanks : blanks + short
}
