/**
 * Hostile inputs for what reads text of a visitor, a peer, an agent or a user by a regular expression, each with a plain
 * input of the same length. `node dist/test/tools/hostile-inputs.js` prints what they cost, after a build.
 */

import { lambda } from '../../integrations/aws-sdk/services/lambda'
import { scrubArguments, scrubShell } from '../../integrations/child_process/scrub'
import { signatureOf } from '../../integrations/graphql/signature'
import type { Document, SyntaxNode } from '../../integrations/graphql/types'
import { redactText } from '../../src/agent/intake/redact'
import { clean } from '../../src/cli/text'
import { parseAgentUrl } from '../../src/core/agent-url'
import { containerHeaders } from '../../src/core/container'
import { parseEndpoint } from '../../src/export/otlp/collector'
import { statementOf } from '../../src/export/otlp/statement'
import { offerOf } from '../../src/export/stats/offer'
import { TraceFilter } from '../../src/export/stats/trace-filter'
import { headerIn, removeHeader } from '../../src/kit/undici/request-headers'
import { clientIp } from '../../src/kit/web/client-ip'
import { simplifyPath } from '../../src/kit/web/endpoint'
import { queryObfuscator } from '../../src/kit/web/query'
import type { LocalTrace, SpanRecord } from '../../src/trace/local-trace'
import { globMatcher } from '../../src/trace/sampling/matcher'
import { infoOf } from './counting'
import { TEST_COMMON } from './runtime'

/** One function with a hostile and a plain input of the same length. */
export interface HostileCase {
  name: string
  run(text: string): unknown
  hostile: string
  plain: string
}

/** Length of an input that nothing cuts, in characters: an expression of quadratic cost takes 100 times as long. */
const LENGTH = 32_768

/** Returns `part` repeated to exactly `length` characters, after `head` and before `tail`. */
function filled(part: string, length: number, head = '', tail = ''): string {
  const room = length - head.length - tail.length
  return head + part.repeat(Math.ceil(room / part.length)).slice(0, room) + tail
}

function makeCase(
  name: string,
  run: (text: string) => unknown,
  [head, part, tail = '']: [head: string, part: string, tail?: string],
  plain: [head: string, part: string, tail?: string],
  length = LENGTH,
): HostileCase {
  return {
    name,
    run,
    hostile: filled(part, length, head, tail),
    plain: filled(plain[1], length, plain[0], plain[2]),
  }
}

const hide = queryObfuscator(undefined)
const QUERY = 4098
const queryCase = (part: string) =>
  makeCase(`query ${part}`, hide, ['/?', part], ['/?', 'lorem+ipsum&a='], QUERY)

const ignoring = (source: string): ((resource: string) => unknown) => {
  const offer = offerOf(infoOf({ endpoints: ['/v0.6/stats'], ignore_resources: [source] }))
  if (offer === undefined) throw new Error('no offer')
  const filter = new TraceFilter(TEST_COMMON, offer)
  return resource => {
    const root = { resource, durationMs: -1, tags: {}, site: { tags: {} } } as unknown as SpanRecord
    return filter.rejects({ root } as unknown as LocalTrace, [root])
  }
}

/** Returns a GraphQL operation with one field for each character of `text`; `F` are spreads of missing fragments. */
function documentOf(text: string): Document {
  const selections = [...text].map(letter => ({
    kind: letter === 'F' ? 'FragmentSpread' : 'Field',
    name: { value: letter },
  }))
  const operation = { kind: 'OperationDefinition', selectionSet: { selections } }
  return { definitions: [operation] } as unknown as Document
}

const signature = (text: string): unknown => {
  const document = documentOf(text)
  return signatureOf(document, document.definitions[0] as SyntaxNode)
}

const statement = (sql: string): unknown => statementOf(sql)
const argument = (word: string): unknown => scrubArguments('a', [word])
const cgroup = (line: string): unknown => containerHeaders(undefined, { read: () => line, inode: () => 1 })

/** All cases. */
export const HOSTILE: readonly HostileCase[] = [
  ...[
    'eyI',
    'eyIeyIa=',
    'eyIa.ey',
    'eyIa.eyI.',
    `gho_${'a'.repeat(36)}eyIxeyI`,
    'bearer+eyIeyI=',
    'token:%22',
    'password:',
    '-----BEGIN x PRIVATE',
    '-----BEGIN PRIVATE KEY-----a',
    `ssh-rsa+${'a'.repeat(99)}_`,
    'old_-pass_phrase',
    'api_',
  ].map(queryCase),
  makeCase('statement, open comments', statement, ['', '/* '], ['', 'a, ']),
  makeCase('statement, dashes', statement, ['', '-', '\n1'], ['', 'a, ']),
  makeCase('statement, empty comments', statement, ['', '/**/', '1'], ['', 'a, ']),
  makeCase('statement, stars', statement, ['/*', '*', '1'], ['', 'a, ']),
  makeCase('statement, quotes', statement, ['', "'\\"], ['', "'a'"]),
  makeCase('statement, dollars', statement, ['', '$a$ '], ['', '$a, ']),
  makeCase('graphql, selections', signature, ['', 'a'], ['', 'F'], 8192),
  makeCase('argument, words', argument, ['--', 'p-'], ['--', 'a-']),
  makeCase('argument, URLs', argument, ['', 'a://'], ['', 'a:/b']),
  makeCase('shell, quotes', scrubShell, ['', `a'"`], ['', 'ab '], 4096),
  makeCase('agent URL', parseAgentUrl, ['http://a/', '/', 'x'], ['http://a/', 'x']),
  makeCase('collector URL', url => parseEndpoint(url, '/x'), ['http://a/', '/', 'x'], ['http://a/', 'x']),
  makeCase('cgroup line', cgroup, ['', 'e0', '!'], ['', 'e0e0e0e0-', '!']),
  makeCase(
    'function name',
    name => lambda.describe?.({ FunctionName: name }, { region: undefined, partition: undefined }),
    ['', ':', '\n'],
    ['', 'a', '\n'],
  ),
  makeCase(
    'filter of the agent',
    ignoring('^GET /(\\w+/?)+$'),
    ['GET /', 'a', '!'],
    ['GET /', 'a', 'a'],
    4096,
  ),
  makeCase('filter, many ways', ignoring('(a*)*b'), ['', 'a'], ['', 'a', 'b'], 4096),
  makeCase('glob', globMatcher('*a*a*b'), ['', 'a'], ['', 'a', 'b']),
  makeCase('forwarded', text => clientIp({ forwarded: text }, undefined), ['', ';for="'], ['', 'a=b;c=']),
  makeCase('path', simplifyPath, ['/', '1.'], ['/', 'ab']),
  makeCase('undici headers', text => headerIn(text, 'baggage'), ['', 'baggage: '], ['baggage: ', 'a']),
  makeCase(
    'undici headers to remove',
    headers => removeHeader({ headers } as never, 'baggage'),
    ['baggage:', 'baggage:'],
    ['baggage:', 'a'],
  ),
  makeCase('local agent, assignments', redactText, ['', ';a="b'], ['', ';a=bcd']),
  makeCase('local agent, URLs', redactText, ['', '://@'], ['', '://a:b@c ']),
  makeCase('terminal', clean, ['', '\u009b0'], ['', '\u001b[1ma']),
]

/** The median times of a case, in microseconds of one call. */
export interface Cost {
  plain: number
  hostile: number
  ratio: number
}

/** Measures a case: `rounds` pairs of a hostile and a plain call each, repeated until one round takes long enough to see. */
export function costOf({ run, hostile, plain }: HostileCase, rounds = 21): Cost {
  const repeats = Math.max(1, Math.ceil(0.3 / Math.max(timeOf(run, plain, 3), 0.001)))
  const times: Record<'hostile' | 'plain', number[]> = { hostile: [], plain: [] }
  for (let round = 0; round < rounds; round++) {
    times.hostile.push(timeOf(run, hostile, repeats))
    times.plain.push(timeOf(run, plain, repeats))
  }
  const [slow, fast] = [median(times.hostile), median(times.plain)]
  return { plain: fast * 1e3, hostile: slow * 1e3, ratio: slow / fast }
}

/** Returns the milliseconds of one call. */
function timeOf(run: (text: string) => unknown, text: string, repeats: number): number {
  const started = performance.now()
  for (let count = 0; count < repeats; count++) run(text)
  return (performance.now() - started) / repeats
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1]
}
