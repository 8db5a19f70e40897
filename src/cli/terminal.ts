/** What the terminal can show. */

export interface Screen {
  /** Columns. */
  width: number
  color: boolean
}

const WIDTH_WITHOUT_TERMINAL = 120
const MIN_WIDTH = 60

/** Colour only on a terminal, and not when NO_COLOR (no-color.org) asks for none. */
export function screenOf(stream: { isTTY?: boolean; columns?: number }): Screen {
  const width = stream.isTTY ? (stream.columns ?? WIDTH_WITHOUT_TERMINAL) : WIDTH_WITHOUT_TERMINAL
  return { width: Math.max(MIN_WIDTH, width), color: stream.isTTY === true && !process.env.NO_COLOR }
}

export type Paint = (text: string, style: 'red' | 'dim' | 'bold' | 'cyan') => string

const CODES = { red: 31, dim: 2, bold: 1, cyan: 36 }

/** Colours text, or leaves it as it is. */
export function painter(color: boolean): Paint {
  return color ? (text, style) => `\u001b[${CODES[style]}m${text}\u001b[0m` : text => text
}
