/** Hides secrets in a command line, and cuts it. */

/** Limit of a command in characters, the same as in Datadog's tracers. */
const LIMIT = 4096
const HIDDEN = '?'

const SECRET =
  'p|pass|passw(?:or)?d|pwd|passphrase|address|api[-_]?key|e?mail|secret|secret[-_]?(?:access[-_]?)?key|private[-_]?key|' +
  '(?:access|auth|bearer|refresh|session|id|security|stripe)[-_]?token|token|mysql[-_]?pwd|pgpassword|credentials?|' +
  'authorization|proxy-authorization|cookie|x-api-key'
/** `--password` */
const NAME = new RegExp(`^-{0,2}(?:${SECRET})$`, 'i')
/** `--password=…`, `-Dapi.key=…`, `"Authorization: …"` */
const NAMED = new RegExp(`^(['"]?-{0,2}(?:[\\w-]*[._-])?(?:${SECRET})\\s*[=:]).+$`, 'is')
const ASSIGNMENT = /^(\w+)=/
/** User and password of a URL. */
const CREDENTIALS = /(\w:\/\/)[^\s/@'"]+@/g
/** A word of a shell with its quotes, or a separator that begins another command. */
const SHELL_WORD = /[\n;|&()]+|(?:[^\s'"\\;|&()]|\\.|'[^']*'?|"(?:\\.|[^"\\])*"?|\\$)+/gs

const SHOWN_VARIABLES = new Set(['LD_PRELOAD', 'LD_LIBRARY_PATH', 'PATH'])
/** Programs all of whose arguments are secret. */
const SECRET_PROGRAMS = new Set(['md5'])

export interface Command {
  /** Value of the tag: JSON of program and arguments, or the text of a shell. */
  text: string
  isTruncated: boolean
}

/** Scrubs a program and its arguments. */
export function scrubArguments(file: string, args: readonly string[]): Command {
  const words = new Words(file)
  const all = [file, ...args.map(word => words.scrub(word))]
  let left = LIMIT
  const kept: string[] = []
  for (const word of all) {
    if (left <= 0) break
    kept.push(word.slice(0, left))
    left -= word.length
  }
  return { text: JSON.stringify(kept), isTruncated: left < 0 || kept.length < all.length }
}

/** Scrubs the text of a shell; it may have several commands, whose variables come first. */
export function scrubShell(command: string): Command {
  const isTruncated = command.length > LIMIT
  const head = isTruncated ? command.slice(0, LIMIT) : command
  let words: Words | undefined
  const text = head.replace(SHELL_WORD, word => {
    if (/^[\n;|&()]/.test(word)) {
      words = undefined
      return word
    }
    if (words !== undefined) return words.scrub(word)
    const name = ASSIGNMENT.exec(word)?.[1]
    if (name !== undefined) return SHOWN_VARIABLES.has(name) ? word : `${name}=${HIDDEN}`
    words = new Words(word)
    return hideCredentials(word)
  })
  return { text, isTruncated }
}

/** The arguments of one program, in order. */
class Words {
  readonly #hidesAll: boolean
  #hidesNext = false

  constructor(program: string) {
    this.#hidesAll = SECRET_PROGRAMS.has(program.slice(program.lastIndexOf('/') + 1))
  }

  scrub(word: string): string {
    if (this.#hidesAll) return HIDDEN
    const hides = this.#hidesNext
    this.#hidesNext = !hides && NAME.test(word)
    if (hides) return HIDDEN
    return hideCredentials(word.replace(NAMED, `$1${HIDDEN}`))
  }
}

function hideCredentials(word: string): string {
  return word.includes('://') ? word.replace(CREDENTIALS, `$1${HIDDEN}@`) : word
}
