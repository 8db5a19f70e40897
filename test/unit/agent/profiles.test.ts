/** Profiles: what the intake takes and refuses, what it keeps, and what the API shows of it. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import * as zlib from 'node:zlib'
import { gzipSync } from 'node:zlib'
import type { ProfileDetail, ProfileFlame, ProfileSummary, ProfileTop } from '../../../src/agent/api-types'
import { type Agent, startAgent } from '../../../src/agent/server'
import { ProfileStore } from '../../../src/agent/store/profile-store'
import { encodeForm, type MadeUpload, madeEvent, madeProfile, madeUpload } from '../../support/made-profiles'
import { type Answer, send } from './payloads'

const PATH = '/profiling/v1/input'
const MS = 1_000_000

const CART = {
  'trace endpoint': 'GET /cart',
  'span id': 0xabcn,
  'local root span id': 0xfff0_0000_0000_0001n,
}
const ORDER = { 'trace endpoint': 'POST /orders', 'span id': 2, 'local root span id': 3 }
const MAIN = { 'thread name': 'Main Event Loop', 'thread id': '0' }
const WORKER = { 'thread name': 'Worker #1 Event Loop', 'thread id': '1' }

const WALL = madeProfile(
  ['sample/count', 'wall/nanoseconds', 'cpu/nanoseconds'],
  [
    {
      stack: ['query@db.js:3', 'cart@app.js:10'],
      values: [3, 30 * MS, 1 * MS],
      labels: { ...CART, ...MAIN },
    },
    { stack: ['cart@app.js:10'], values: [1, 10 * MS, 9 * MS], labels: { ...CART, ...MAIN } },
    {
      stack: ['hash@app.js:30', 'hash@app.js:30', 'order@app.js:20'],
      values: [2, 20 * MS, 20 * MS],
      labels: { ...ORDER, ...WORKER },
    },
    { stack: ['Garbage Collection', 'Node.js'], values: [1, 5 * MS, 5 * MS], labels: MAIN },
  ],
  'wall',
)
const SPACE = madeProfile(
  ['inuse_objects/count', 'inuse_space/bytes'],
  [{ stack: ['load@app.js:1'], values: [7, 7000] }],
  'inuse_space',
)

let agent: Agent
before(async () => {
  agent = await startAgent()
})
afterEach(() => agent.clear())
after(() => agent.close())

function post({ body, contentType }: MadeUpload, headers: Record<string, string> = {}): Promise<Answer> {
  return send(agent.url, {
    method: 'POST',
    path: PATH,
    body,
    headers: { 'content-type': contentType, ...headers },
  })
}

async function sendProfile(
  event = madeEvent(),
  files: Record<string, Uint8Array> = { 'wall.pprof': gzipSync(WALL) },
) {
  const answer = await post(await madeUpload(event, files))
  assert.equal(answer.status, 200, answer.body)
}

async function ask<T>(path: string, status = 200): Promise<T> {
  const answer = await send(agent.apiUrl ?? '', { path })
  assert.equal(answer.status, status, answer.body)
  return JSON.parse(answer.body) as T
}

async function onlyId(): Promise<string> {
  const { profiles } = await ask<{ profiles: ProfileSummary[] }>('/api/profiles')
  assert.equal(profiles.length, 1)
  return profiles[0].id
}

async function top(query: string, status = 200): Promise<ProfileTop> {
  return ask<ProfileTop>(`/api/profiles/${await onlyId()}/top?${query}`, status)
}

describe('the intake', () => {
  test('keeps an upload with all of its metadata', async () => {
    await sendProfile(madeEvent(), { 'space.pprof': gzipSync(SPACE), 'wall.pprof': gzipSync(WALL) })
    const { tags, ...summary } = await ask<ProfileDetail>(`/api/profiles/${await onlyId()}`)
    const { id, files, bytes, ...rest } = summary
    assert.deepEqual(rest, {
      service: 'shop',
      env: 'prod',
      version: '1.2.0',
      runtimeId: '4e4f',
      language: 'javascript',
      startMs: Date.parse('2026-08-01T10:00:00Z'),
      endMs: Date.parse('2026-08-01T10:01:05Z'),
      endpointCounts: { 'GET /cart': 42, 'POST /orders': 3 },
    })
    assert.equal(tags.profile_seq, '0')
    assert.equal(bytes, gzipSync(SPACE).length + gzipSync(WALL).length)
    assert.deepEqual(files[0], {
      name: 'space.pprof',
      format: 'pprof',
      bytes: gzipSync(SPACE).length,
      size: SPACE.length,
      sampleCount: 1,
      sampleTypes: [
        { type: 'inuse_objects', unit: 'count', total: 7 },
        { type: 'inuse_space', unit: 'bytes', total: 7000 },
      ],
    })
    assert.deepEqual(
      files[1].sampleTypes.map(({ type, total }) => [type, total]),
      [
        ['sample', 7],
        ['wall', 65 * MS],
        ['cpu', 35 * MS],
      ],
    )
    const { profiles: stored, intake } = agent.stats()
    assert.equal(stored.profiles, 1)
    assert.equal(intake.profiles, 1)
    const [request] = agent.requests()
    assert.deepEqual([request.status, request.outcome, request.profileId], [200, 'accepted', id])
  })

  test('takes profiles that are not compressed, and zstd where Node.js has it', async t => {
    await sendProfile(madeEvent(), { 'wall.pprof': WALL })
    agent.clear()
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (bytes: Buffer) => Buffer }
    if (zstdCompressSync === undefined) return t.skip('this Node.js has no zstd')
    await sendProfile(madeEvent(), { 'wall.pprof': zstdCompressSync(WALL) })
    assert.equal((await top('type=wall')).total, 65 * MS)
  })

  test('keeps what it cannot read, and says why', async () => {
    const jfr = Buffer.concat([Buffer.from('FLR\0'), Buffer.alloc(100)])
    const metrics = Buffer.from('[["a", 1]]')
    await sendProfile(madeEvent({ family: 'java' }), { 'main.jfr': gzipSync(jfr), 'metrics.json': metrics })
    const { files } = await ask<ProfileDetail>(`/api/profiles/${await onlyId()}`)
    assert.deepEqual(
      files.map(({ name, format, size }) => [name, format, size]),
      [
        ['main.jfr', 'jfr', 104],
        ['metrics.json', 'json', metrics.length],
      ],
    )
    const { error } = await ask<{ error: string }>(`/api/profiles/${await onlyId()}/top`, 400)
    assert.equal(error, 'no pprof to read; there is main.jfr: jfr, metrics.json: json')
  })

  test('takes the forms of old clients, whose tags are parts', async () => {
    const form = new FormData()
    form.append('start', '2020-08-01T10:00:00Z')
    form.append('end', '2020-08-01T10:01:00Z')
    form.append('family', 'node')
    form.append('tags[]', 'service:old')
    form.append('tags[]', 'version:a:b')
    form.append('data[0]', new Blob([gzipSync(WALL)]), 'pprof-data')
    form.append('data[1]', new Blob([gzipSync(SPACE)]), 'pprof-data')
    assert.equal((await post(await encodeForm(form))).status, 200)
    const [{ service, version, language, files }] = (
      await ask<{ profiles: ProfileSummary[] }>('/api/profiles?service=old')
    ).profiles
    assert.deepEqual([service, version, language], ['old', 'a:b', 'node'])
    assert.deepEqual(
      files.map(({ name, sampleCount }) => [name, sampleCount]),
      [
        ['pprof-data', 4],
        ['pprof-data-2', 1],
      ],
    )
  })

  test('takes tags as a list, and no tags and counts at all', async () => {
    await sendProfile(madeEvent({ tags_profiler: ['service:a', 'env:b,c:d'], endpoint_counts: null }))
    const { tags } = await ask<ProfileDetail>(`/api/profiles/${await onlyId()}`)
    assert.deepEqual(tags, { service: 'a', env: 'b', c: 'd' })
    agent.clear()
    await sendProfile(madeEvent({ tags_profiler: undefined, family: 'go' }))
    assert.equal((await ask<ProfileDetail>(`/api/profiles/${await onlyId()}`)).language, 'go')
  })

  const good = { 'wall.pprof': WALL }
  const cases: [string, () => Promise<MadeUpload>, RegExp][] = [
    ['no event', () => madeUpload(undefined, good), /form: no part "event"/],
    ['no JSON', () => madeUpload('{', good), /^event: .*JSON/],
    ['a list', () => madeUpload('[]', good), /^event: expected an object/],
    [
      'no start',
      () => madeUpload(madeEvent({ start: undefined }), good),
      /^event: start is no ISO 8601 time/,
    ],
    ['a number as end', () => madeUpload(madeEvent({ end: 1 }), good), /^event: end is no ISO 8601 time/],
    [
      'an end before the start',
      () => madeUpload(madeEvent({ end: '2020-01-01' }), good),
      /ends before it starts/,
    ],
    [
      'tags of numbers',
      () => madeUpload(madeEvent({ tags_profiler: [1] }), good),
      /tags_profiler: expected a string/,
    ],
    [
      'a list of counts',
      () => madeUpload(madeEvent({ endpoint_counts: [] }), good),
      /endpoint_counts: expected an/,
    ],
    [
      'a text as count',
      () => madeUpload(madeEvent({ endpoint_counts: { 'GET /': '1' } }), good),
      /endpoint_counts\["GET \/"\]: expected a number/,
    ],
    ['no profile', () => madeUpload(madeEvent(), {}), /no profile is attached/],
    [
      'a broken pprof',
      () => madeUpload(madeEvent(), { 'cpu.pprof': WALL.subarray(0, -1) }),
      /^cpu\.pprof: no pprof/,
    ],
    [
      'a broken gzip',
      () => madeUpload(madeEvent(), { 'wall.pprof': gzipSync(WALL).subarray(0, 90) }),
      /be unpacked/,
    ],
    [
      'a form that is cut off',
      async () => {
        const { body, contentType } = await madeUpload(madeEvent(), good)
        return { body: body.subarray(0, -20), contentType }
      },
      /form part 1 \("wall\.pprof"\): the body ends before its end/,
    ],
  ]
  for (const [what, make, reason] of cases) {
    test(`answers 400 with the reason for ${what}, and keeps nothing`, async () => {
      const answer = await post(await make(), { 'dd-evp-origin': 'dd-trace-x', 'dd-evp-origin-version': '1' })
      assert.equal(answer.status, 400, answer.body)
      assert.match(answer.body, reason)
      assert.equal(agent.requests()[0].outcome, answer.body.trim())
      const { intake, profiles } = agent.stats()
      assert.deepEqual(Object.keys(intake.decodeErrorReasons), [answer.body.trim()])
      assert.deepEqual(
        intake.tracers.map(({ language, tracerVersion, decodeErrors }) => [
          language,
          tracerVersion,
          decodeErrors,
        ]),
        [['dd-trace-x', '1', 1]],
      )
      assert.equal(profiles.profiles, 0)
    })
  }

  test('answers 413 for a file that unpacks to more than 64 MiB, and takes one of exactly 64 MiB', async () => {
    const limit = 64 * 1024 * 1024
    const packed = (size: number) => gzipSync(Buffer.alloc(size), { level: 1 })
    await sendProfile(madeEvent(), { 'a.bin': packed(limit) })
    const answer = await post(await madeUpload(madeEvent(), { 'a.bin': packed(limit + 1) }))
    assert.equal(answer.status, 413)
    assert.match(answer.body, /a\.bin: unpacks to more than 67108864 bytes/)
  })

  test('answers 415 for anything but a form', async () => {
    const { body } = await madeUpload(madeEvent(), good)
    assert.equal((await post({ body, contentType: 'application/json' })).status, 415)
  })

  test('replaces secrets in tags and endpoints', async () => {
    const tags_profiler = 'service:shop,db_password:s3cret,git.repository_url:https://u:s3cret@host/x'
    const labels = { 'trace endpoint': 'GET /?token=s3cret' }
    const wall = madeProfile(['wall/nanoseconds'], [{ stack: ['a'], values: [1], labels }])
    await sendProfile(
      madeEvent({ tags_profiler, endpoint_counts: { 'GET /?token=s3cret': 1, 'GET /?token=x': 2 } }),
      {
        'wall.pprof': wall,
      },
    )
    const id = await onlyId()
    for (const path of ['', '/top', '/flame']) {
      assert.doesNotMatch(JSON.stringify(await ask(`/api/profiles/${id}${path}`)), /s3cret/)
    }
    const { endpointCounts } = await ask<ProfileDetail>(`/api/profiles/${id}`)
    assert.deepEqual(endpointCounts, { 'GET /?token=[redacted]': 3 })
  })
})

describe('the list', () => {
  test('is newest first, with a limit and filters', async () => {
    const at = (second: number, tags: string) =>
      madeEvent({ start: `2026-08-01T10:00:0${second}Z`, tags_profiler: tags })
    await sendProfile(at(2, 'service:b,env:prod,version:1'))
    await sendProfile(at(1, 'service:a,env:dev,runtime-id:r'))
    await sendProfile(at(2, 'service:c,version:2'), { 'space.pprof': SPACE })
    const services = async (query: string) => {
      const { profiles } = await ask<{ profiles: ProfileSummary[] }>(`/api/profiles?${query}`)
      return profiles.map(({ service }) => service).join('')
    }
    assert.equal(await services(''), 'cba')
    assert.equal(await services('service=a'), 'a')
    assert.equal(await services('env=prod'), 'b')
    assert.equal(await services('version=2'), 'c')
    assert.equal(await services('runtime_id=r'), 'a')
    assert.equal(await services('type=inuse_space'), 'c')
    assert.equal(await services(`since=${Date.parse('2026-08-01T10:00:02Z')}`), 'cb')
    assert.equal(await services('limit=1'), 'c')
    assert.equal((await ask<{ total: number }>('/api/profiles?limit=1')).total, 3)
    await ask('/api/profiles?limit=x', 400)
  })

  test('answers 404 for profiles and files that are not there', async () => {
    await sendProfile()
    const id = await onlyId()
    for (const path of [
      '99',
      `${id}/nonsense`,
      `${id}/top/x`,
      `${id}/files`,
      `${id}/files/x.pprof`,
      `${id}/files/%zz`,
    ])
      await ask(`/api/profiles/${path}`, 404)
  })
})

describe('the store', () => {
  const upload = (size: number) => ({
    startMs: 0,
    endMs: 1,
    family: 'node',
    tags: {},
    endpointCounts: {},
    files: [
      {
        name: 'a',
        format: 'other' as const,
        data: Buffer.alloc(size),
        size,
        sampleTypes: [],
        sampleCount: 0,
      },
    ],
  })

  test('lets the oldest go when it is full, and counts them', () => {
    const one = new ProfileStore(1e9).add(upload(10_000)).bytes
    const store = new ProfileStore(3 * one)
    for (let turn = 0; turn < 3; turn++) store.add(upload(10_000))
    assert.deepEqual(store.stats(), { profiles: 3, bytes: 3 * one, limitBytes: 3 * one, evictedProfiles: 0 })
    store.add(upload(10_001))
    assert.deepEqual(
      store.all().map(({ id }) => id),
      ['3', '4'],
    )
    assert.equal(store.stats().evictedProfiles, 2)
    assert.equal(store.stats().bytes, 2 * one + 1)
    assert.equal(store.find('2'), undefined)
  })

  test('does not keep an upload that is larger than itself, and uses no id twice', () => {
    const store = new ProfileStore(5000)
    assert.equal(store.add(upload(10_000)).id, '1')
    assert.equal(store.stats().profiles, 0)
    store.clear()
    assert.deepEqual(store.stats(), { profiles: 0, bytes: 0, limitBytes: 5000, evictedProfiles: 0 })
    assert.equal(store.add(upload(10)).id, '2')
  })
})

describe('the top functions', () => {
  test('are those of wall time, by self time; their total includes callees', async () => {
    await sendProfile()
    const { functions, ...about } = await top('')
    assert.deepEqual(
      functions.map(({ name, file, line, self, total }) => [name, file, line, self / MS, total / MS]),
      [
        ['query', 'db.js', 3, 30, 30],
        ['hash', 'app.js', 30, 20, 20],
        ['cart', 'app.js', 10, 10, 40],
        ['Garbage Collection', '', 0, 5, 5],
        ['order', 'app.js', 20, 0, 20],
        ['Node.js', '', 0, 0, 5],
      ],
    )
    assert.deepEqual(about, {
      profileId: about.profileId,
      file: 'wall.pprof',
      type: 'wall',
      unit: 'nanoseconds',
      total: 65 * MS,
      profileTotal: 65 * MS,
      sampleCount: 4,
      functionCount: 6,
      endpoints: [
        { endpoint: 'GET /cart', value: 40 * MS },
        { endpoint: 'POST /orders', value: 20 * MS },
      ],
    })
  })

  test('can be sorted by total, be of another type, and be limited', async () => {
    await sendProfile()
    const byTotal = await top('type=cpu&sort=total&limit=2')
    assert.deepEqual(
      byTotal.functions.map(({ name, total }) => [name, total / MS]),
      [
        ['hash', 20],
        ['order', 20],
      ],
    )
    assert.equal(byTotal.functionCount, 6)
    await top('sort=name', 400)
  })

  test('take a file for its default type, and a type for the file that has it', async () => {
    await sendProfile(madeEvent(), { 'wall.pprof': WALL, 'space.pprof': SPACE })
    assert.deepEqual([(await top('type=space')).type, (await top('type=space')).total], ['inuse_space', 7000])
    assert.equal((await top('type=inuse_objects')).total, 7)
    assert.equal((await top('file=space.pprof')).type, 'inuse_space')
    const { error } = (await top('type=goroutine', 400)) as unknown as { error: string }
    assert.equal(error, 'type must be one of sample, wall, cpu, inuse_objects, inuse_space')
    await top('file=x', 400)
  })

  for (const [query, total] of [
    ['endpoint=get%20/cart', 40],
    ['endpoint=%2F', 60],
    ['endpoint=nothing', 0],
    ['span=abc', 40],
    ['span=0000000000000abc', 40],
    ['span=2748', 40],
    ['span=2', 20],
    ['local_root=fff0000000000001', 40],
    ['local_root=18442240474082181121', 40],
    ['thread=worker', 20],
    ['thread=0', 45],
    ['thread=main&endpoint=orders', 0],
  ] as const) {
    test(`are those of the samples with ${query}`, async () => {
      await sendProfile()
      const found = await top(query)
      assert.equal(found.total, total * MS)
      assert.equal(found.profileTotal, 65 * MS)
    })
  }

  test('are refused for an invalid span id', async () => {
    await sendProfile()
    await top('span=xyz', 400)
  })
})

test('the flame graph is the tree of stacks, depth first, the most expensive sibling first', async () => {
  await sendProfile()
  const { frames, total } = await ask<ProfileFlame>(`/api/profiles/${await onlyId()}/flame?type=wall`)
  assert.equal(total, 65 * MS)
  assert.deepEqual(
    frames.map(({ depth, name, self, total: all }) => `${' '.repeat(depth)}${name} ${self / MS}/${all / MS}`),
    [
      'root 0/65',
      ' cart 10/40',
      '  query 30/30',
      ' order 0/20',
      '  hash 0/20',
      '   hash 20/20',
      ' Node.js 0/5',
      '  Garbage Collection 5/5',
    ],
  )
})

test('files are served as they were sent', async () => {
  const sent = gzipSync(WALL)
  await sendProfile(madeEvent(), { 'wall.pprof': sent, 'odd "name".json': Buffer.from('{}') })
  const id = await onlyId()
  const answer = await fetch(`${agent.apiUrl}/api/profiles/${id}/files/wall.pprof`)
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(sent))
  assert.equal(answer.headers.get('content-type'), 'application/octet-stream')
  assert.equal(answer.headers.get('content-disposition'), `attachment; filename="${id}-wall.pprof"`)
  assert.equal(answer.headers.get('x-frame-options'), 'DENY')
  const { files } = await ask<ProfileDetail>(`/api/profiles/${id}`)
  const odd = await fetch(`${agent.apiUrl}/api/profiles/${id}/files/${encodeURIComponent(files[1].name)}`)
  assert.equal(await odd.text(), '{}')
})
