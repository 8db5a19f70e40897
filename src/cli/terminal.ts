/** Width and colours of a terminal. */

/** What a terminal can show. */
export interface Screen {
  /** Width in columns. */
  width: number
  color: boolean
}

const WIDTH_WITHOUT_TERMINAL = 120
const MIN_WIDTH = 60

/**
 * Returns the screen of a stream. It has colours if the stream is a terminal and NO_COLOR (no-color.org) is not set.
 */
export function screenOf(stream: { isTTY?: boolean; columns?: number }): Screen {
  const width = stream.isTTY ? (stream.columns ?? WIDTH_WITHOUT_TERMINAL) : WIDTH_WITHOUT_TERMINAL
  return { width: Math.max(MIN_WIDTH, width), color: stream.isTTY === true && !process.env.NO_COLOR }
}

/** Wraps text in the escape sequences of a style. */
export type Paint = (text: string, style: 'red' | 'dim' | 'bold' | 'cyan') => string

const CODES = { red: 31, dim: 2, bold: 1, cyan: 36 }

/** Returns a function that colours text, or leaves it as it is without `color`. */
export function painter(color: boolean): Paint {
  return color ? (text, style) => `\u001b[${CODES[style]}m${text}\u001b[0m` : text => text
}
