/**
 * The text of a Redis command for its tag, cut and without secrets. It is made for every command, so it must cost
 * little.
 */

/** Longest argument, and longest whole text, in characters; longer ones end with three dots. */
const ARGUMENT_LIMIT = 100
const LIMIT = 1000
const HIDDEN = '?'

/** Decides whether the argument at `index` of `args` is a secret. `args` does not contain the command itself. */
type IsSecret = (args: readonly unknown[], index: number) => boolean

const isAt = (args: readonly unknown[], index: number, word: string): boolean => {
  const arg = args[index]
  return typeof arg === 'string' && arg.toUpperCase() === word
}

/**
 * Decides by the name of a setting whether its value is a secret: `requirepass`, `masterauth`, `tls-key-file-pass`, ...
 */
function isSecretSetting(args: readonly unknown[], index: number): boolean {
  const name = args[index - 1]
  return typeof name !== 'string' || /pass|auth|secret/i.test(name)
}

function isAfter(args: readonly unknown[], index: number, isWord: RegExp): boolean {
  for (let at = 0; at < index; at++) {
    const arg = args[at]
    if (typeof arg === 'string' && isWord.test(arg)) return true
  }
  return false
}

/** All commands that take passwords: https://redis.io/docs/latest/commands/ */
const SECRETS: ReadonlyMap<string, IsSecret> = new Map<string, IsSecret>([
  ['AUTH', () => true],
  ['HELLO', (args, index) => isAfter(args, index, /^auth$/i)],
  ['ACL', (args, index) => index > 1 && isAt(args, 0, 'SETUSER')],
  ['CONFIG', (args, index) => index > 1 && isAt(args, 0, 'SET') && isSecretSetting(args, index)],
  ['MIGRATE', (args, index) => index > 4 && isAfter(args, index, /^auth2?$/i)],
  ['SENTINEL', (args, index) => index > 1 && isSecretSetting(args, index)],
])

/**
 * Returns `NAME argument argument`: `name` in upper case, and `args` beginning at index `from`. Secrets, and arguments
 * that are neither text nor numbers, become question marks.
 */
export function rawCommand(name: string, args: readonly unknown[], from: number): string {
  let text = name
  const isSecret = SECRETS.get(name)
  const own = isSecret !== undefined && from > 0 ? args.slice(from) : args
  for (let index = from; index < args.length; index++) {
    const arg = args[index]
    if (typeof arg === 'function') continue
    text += isSecret?.(own, index - from) ? ` ${HIDDEN}` : ` ${argumentText(arg)}`
    if (text.length > LIMIT) return cut(text, LIMIT)
  }
  return text.length > LIMIT ? cut(text, LIMIT) : text
}

function argumentText(arg: unknown): string | number {
  if (typeof arg === 'string') return arg.length > ARGUMENT_LIMIT ? cut(arg, ARGUMENT_LIMIT) : arg
  return typeof arg === 'number' ? arg : HIDDEN
}

function cut(text: string, limit: number): string {
  return `${text.slice(0, limit - 3)}...`
}
