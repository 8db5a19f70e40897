/** `tracer profiles` as a child process, against a running agent. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Agent, startAgent } from '../../../src/agent/server'
import { formatAmount, formatShare } from '../../../src/cli/amount'
import { madeEvent, madeProfile, madeUpload } from '../../support/made-profiles'
import { temporaryFolder } from '../../support/temporary'
import { tracer } from '../../support/tracer-command'
import { send } from './payloads'

const MS = 1_000_000
const WALL = gzipSync(
  madeProfile(
    ['sample/count', 'wall/nanoseconds', 'cpu/nanoseconds'],
    [
      {
        stack: ['query@/app/db.js:3', 'cart@/app/index.js:10'],
        values: [3, 30 * MS, MS],
        labels: { 'trace endpoint': 'GET /cart', 'span id': 0xabc, 'thread id': '0' },
      },
      {
        stack: ['\u001b[31mevil\u202e\n@/app/index.js:30'],
        values: [1, 10 * MS, 9 * MS],
        labels: { 'thread id': '1' },
      },
    ],
  ),
)
const SPACE = madeProfile(
  ['inuse_space/bytes'],
  [{ stack: ['load@/app/index.js:1'], values: [3 * 1024 ** 2] }],
)

let agent: Agent
let api: string[]
before(async () => {
  agent = await startAgent()
  api = ['--url', agent.apiUrl ?? '']
  const uploads = [
    await madeUpload(madeEvent({ tags_profiler: 'service:old,env:dev', start: '2026-08-01T09:00:00Z' }), {
      'main.jfr': Buffer.from('FLR\0'),
    }),
    await madeUpload(madeEvent(), { 'space.pprof': SPACE, 'wall.pprof': WALL }),
  ]
  for (const { body, contentType } of uploads) {
    const headers = { 'content-type': contentType }
    const answer = await send(agent.url, { method: 'POST', path: '/profiling/v1/input', body, headers })
    assert.equal(answer.status, 200, answer.body)
  }
})
after(() => agent.close())

test('lists profiles as an aligned table, newest first', async () => {
  const { code, stdout } = await tracer('profiles', ...api)
  assert.equal(code, 0)
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines[0], /^TIME +PROFILE +SERVICE +ENV +VERSION +LANGUAGE +TYPES +LENGTH +SIZE +REQUESTS$/)
  assert.match(lines[1], / 2 {2}shop +prod +1\.2\.0 +javascript +space wall +1 min 05 s +\d+ B +45$/)
  assert.match(lines[2], / 1 {2}old +dev +node +main +1 h 01 min +4 B +45$/)
  assert.equal(lines.length, 3)
  assert.equal(lines[1].indexOf('shop'), lines[0].indexOf('SERVICE'))
})

test('lists the selected profiles, as JSON as well', async () => {
  const { stdout } = await tracer('profiles', ...api, '--service', 'shop', '--json')
  assert.deepEqual(
    (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id),
    ['2'],
  )
  assert.match((await tracer('profiles', ...api, '--limit', '1')).stdout, /1 more: --limit 2\n$/)
  assert.equal(
    (await tracer('profiles', ...api, '--env', 'x')).stdout,
    'no profiles yet, or none that match\n',
  )
})

test('shows the most expensive functions and endpoints, without control characters', async () => {
  const { code, stdout, stderr } = await tracer('profiles', '2', ...api)
  assert.equal(code, 0, stderr)
  assert.match(
    stdout,
    /^profile 2 {2}shop {2}prod\n2026-08-01T10:00:00\.000Z {2}1 min 05 s {2}space\.pprof \(/,
  )
  assert.match(stdout, /\nwall: 40\.0 ms\n\n +SELF +SELF% +TOTAL +TOTAL% {2}FUNCTION +WHERE\n/)
  assert.match(stdout, /\n *30\.0 ms +75\.0% +30\.0 ms +75\.0% {2}query +\/app\/db\.js:3\n/)
  assert.match(stdout, /\n *10\.0 ms +25\.0% +10\.0 ms +25\.0% {2}evil +\/app\/index\.js:30\n/)
  assert.match(stdout, /\n +0 +0\.0% +30\.0 ms +75\.0% {2}cart +\/app\/index\.js:10\n/)
  assert.match(
    stdout,
    /\n +VALUE +VALUE% +REQUESTS +EACH +ENDPOINT\n *30\.0 ms +75\.0% +42 +714 µs +GET \/cart\n$/,
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})

test('shows another type, and the samples of an endpoint, a span or a thread', async () => {
  assert.match(
    (await tracer('profiles', '2', ...api, '--type', 'space')).stdout,
    /\ninuse_space: 3\.00 MiB\n/,
  )
  for (const filter of [
    ['--endpoint', 'cart'],
    ['--span', 'abc'],
    ['--thread', '0'],
  ]) {
    const { stdout } = await tracer('profiles', '2', ...api, '--type', 'cpu', ...filter)
    assert.match(stdout, /\ncpu: 1\.00 ms \(10\.0% of 10\.0 ms\)\n/, filter.join(' '))
  }
  assert.match(
    (await tracer('profiles', '2', ...api, '--local-root', '1')).stdout,
    /no samples that match\n$/,
  )
  const { stdout } = await tracer('profiles', '2', ...api, '--json', '--sort', 'total', '--limit', '1')
  const { functions, functionCount } = JSON.parse(stdout) as {
    functions: { name: string }[]
    functionCount: number
  }
  assert.deepEqual([functions.map(({ name }) => name), functionCount], [['query'], 3])
  const flame = await tracer('profiles', '2', ...api, '--flame')
  assert.equal((JSON.parse(flame.stdout) as { frames: { name: string }[] }).frames[0].name, 'root')
})

test('writes files as they were sent', async () => {
  const path = join(temporaryFolder('profiles-cli-'), 'out')
  const { code, stderr } = await tracer('profiles', '2', ...api, '-o', path)
  assert.deepEqual([code, stderr], [0, `wrote ${path}: wall.pprof of profile 2\n`])
  assert.ok(readFileSync(path).equals(WALL))
  await tracer('profiles', '2', ...api, '--type', 'space', '--output', path)
  assert.ok(readFileSync(path).equals(SPACE))
  await tracer('profiles', '1', ...api, '--file', 'main.jfr', '-o', path)
  assert.equal(readFileSync(path, 'latin1'), 'FLR\0')
})

for (const [argv, status, reason] of [
  [['3'], 1, /has no profile 3: it was not received yet/],
  [['1'], 1, /answered 400: no pprof to read; there is main\.jfr: jfr/],
  [['2', '--type', 'x'], 1, /type must be one of inuse_space, sample, wall, cpu/],
  [['2', '--file', 'x', '-o', '/dev/null'], 1, /profile 2 has no file x; it has space\.pprof, wall\.pprof/],
  [['2', '-o', '/nonsense/x'], 1, /cannot write \/nonsense\/x: ENOENT/],
  [['../traces'], 2, /not a profile/],
  [['1', '2'], 2, /give one profile/],
  [['--type', 'wall'], 2, /--type is for one profile: give its id/],
  [['2', '--service', 'x'], 2, /--service is for the list/],
  [['--limit', '0'], 2, /--limit must be/],
] as const) {
  test(`says what is wrong with ${argv.join(' ')}`, async () => {
    const { code, stderr, stdout } = await tracer('profiles', ...argv, ...api)
    assert.deepEqual([code, stdout], [status, ''], stderr)
    assert.match(stderr, reason)
  })
}

test('writes amounts with a fitting unit', () => {
  for (const [value, unit, text] of [
    [0, 'bytes', '0'],
    [1023, 'bytes', '1023 B'],
    [1024, 'bytes', '1.00 KiB'],
    [99.96 * 1024 ** 2, 'bytes', '100 MiB'],
    [-2048, 'bytes', '-2.00 KiB'],
    [1_500_000_000, 'nanoseconds', '1.50 s'],
    [-2, 'milliseconds', '-2.00 ms'],
    [1_234_567, 'count', '1,234,567'],
  ] as const) {
    assert.equal(formatAmount(value, unit), text)
  }
  assert.equal(formatShare(1, 8), '12.5%')
  assert.equal(formatShare(0, 0), '')
})
