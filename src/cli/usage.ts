/** Parses command-line options, and defines the errors that a command shows to the user. */

import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Ends the command with exit status 2 and a hint at `--help`. */
export class UsageError extends Error {}

/** Ends the command with exit status 1 and its message. */
export class CommandError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>

type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; strict: true; allowPositionals: true }>
>

/** Parses options with `parseArgs` of `node:util`, whose errors become a `UsageError`. */
export function parse<T extends Options>(argv: string[], options: T, allowPositionals = false): Parsed<T> {
  try {
    return parseArgs({ args: argv, options, allowPositionals, strict: true }) as Parsed<T>
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('\n')[0] : String(error))
  }
}

/** Returns a whole number in `[min, max]`; undefined if the option was not given. Throws a `UsageError`. */
export function wholeNumber(
  name: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}"`)
  }
  return value
}

const UNITS: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Returns the bytes of `1048576`, `512k`, `192m`, `1g` or `192MiB`; undefined if the option was not given. */
export function byteSize(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const match = /^(\d+)\s*([kmg]?)(?:i?b)?$/i.exec(text)
  const bytes = match === null ? 0 : Number(match[1]) * UNITS[match[2].toLowerCase()]
  if (bytes < 1 || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`--${name} must be a size like 192MiB, not "${text}"`)
  }
  return bytes
}
