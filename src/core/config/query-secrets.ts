/**
 * The default of `DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP`: an expression for what looks like a secret in a query
 * string, plain or percent-encoded. Every repetition is bounded by a literal or a class that excludes what follows
 * it, and an expression that may begin anywhere in a run of characters is tried once for each run, so that matching
 * is linear in the text (test/support/hostile.ts).
 */

const SPACE = '(?:\\s|\\+|%20)'
const QUOTE = '(?:"|%22)'
const COLON = '(?::|%3A)'
const EQUALS = '(?:=|%3D)'

/**
 * Source of the expression for JSON web tokens: their header starts with `{"`, in base64 `ey` and one of I to L. If
 * the first `ey` of a run of characters begins no token, no later one does, since what follows the run decides. The
 * lookbehind, which goes back to the nearest `ey` of the run, skips the later ones; otherwise each would scan the run
 * to its end, and 4 kB of `eyI` would take 8 ms.
 */
export const WEB_TOKEN = '(?<!ey[I-L][\\w\\-=]*?)ey[I-L][\\w\\-=]+\\.ey[I-L][\\w\\-=]+(?:\\.[\\w\\-=./+%]+)?'

/** Names of parameters and JSON members whose values are secrets. */
const NAMES = [
  '(?:old|new)?[-_]?(?:password|passwd|pwd|pass[-_]?phrase|pass)[12]?',
  'secret',
  '(?:api|app|application|access|private|public|secret)[-_]?key(?:[-_]?id)?',
  'token',
  'consumer[-_]?(?:id|key|secret)',
  'sign(?:ed|ature)?',
  'auth(?:entication|orization)?',
].join('|')

const NAMED =
  `(?:${NAMES})${QUOTE}?(?:${SPACE}?${EQUALS}[^&]+` +
  `|${SPACE}?${COLON}${SPACE}?${QUOTE}(?:%(?!22)|[^"%])+${QUOTE})`

const BARE = [
  `bearer${SPACE}[\\w.\\-]+`,
  `token${COLON}[a-z0-9]{13}`,
  'gh[opsu]_[a-z0-9]{36}',
  WEB_TOKEN,
  `-{5}BEGIN${SPACE}[^-]*PRIVATE${SPACE}KEY-{5}[^-]+-{5}END${SPACE}[^-]*PRIVATE${SPACE}KEY-{5}`,
  `ssh-rsa${SPACE}(?:[a-z0-9/.+]|%2F|%2B){100,}`,
]

/** Source of the expression; flags `gi`. */
export const QUERY_SECRETS = `(?:${[NAMED, ...BARE].join('|')})`
