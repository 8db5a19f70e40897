/** The spans that are counted, and their keys. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RemoteContext } from '../../../../src/trace/remote-context'
import { Site, type SiteOptions, type Tags } from '../../../../src/trace/site'
import { startSpan } from '../../../../src/trace/start'
import { counting } from '../../../support/counting'
import type { SeenGroup } from '../../../support/stats'

const root = new Site({ name: 'root' })

/**
 * Returns the groups of one span, `web` of service `shop`, under a root of the same service unless `parent` says
 * otherwise.
 */
function countOne(
  site: Partial<SiteOptions>,
  tags: Tags = {},
  options: {
    kinds?: string[]
    parent?: 'none' | 'remote' | 'other service'
    resource?: string
    origin?: string
  } = {},
): SeenGroup[] {
  const { kinds, parent = 'own', resource = '', origin } = options
  const { runtime, groups } = counting(kinds === undefined ? {} : { kinds })
  const made = new Site({ name: 'web', ...site })
  if (parent === 'none' || parent === 'remote') {
    const span = startSpan(runtime, made, parent === 'none' ? undefined : remote(), tags)
    span.resource = resource
    span.trace.origin = origin ?? span.trace.origin
    span.finish()
    return groups()
  }
  const above = startSpan(
    runtime,
    parent === 'own' ? root : new Site({ name: 'root', service: 'mall' }),
    undefined,
    {},
  )
  const span = startSpan(runtime, made, above, tags)
  span.resource = resource
  span.trace.origin = origin
  span.finish()
  above.finish()
  return groups().filter(({ Name }) => Name === 'web')
}

function remote(): RemoteContext {
  const context = new RemoteContext()
  context.traceLo = 1
  context.spanLo = 2
  context.priority = 1
  return context
}

describe('of the spans in a trace', () => {
  const counts: [what: string, counts: boolean, groups: () => SeenGroup[]][] = [
    ['a root', true, () => countOne({}, {}, { parent: 'none' })],
    ['a root that continues a trace of another process', true, () => countOne({}, {}, { parent: 'remote' })],
    ['a child of the same service', false, () => countOne({})],
    ['a child of another service', true, () => countOne({}, {}, { parent: 'other service' })],
    ['a child of a site that is measured', true, () => countOne({ measured: true })],
    ['a child that is measured', true, () => countOne({}, { '_dd.measured': 1 })],
    ['a child that is measured, said with true', true, () => countOne({}, { '_dd.measured': true })],
    [
      'a child of a measured site that says it is not',
      false,
      () => countOne({ measured: true }, { '_dd.measured': 0 }),
    ],
    ['an internal child', false, () => countOne({ kind: 'internal' })],
    ...['server', 'client', 'producer', 'consumer', 'CLIENT'].map(
      (kind): [string, boolean, () => SeenGroup[]] => [
        `a child of kind ${kind}`,
        true,
        () => countOne({ measured: false }, { 'span.kind': kind }),
      ],
    ),
    [
      'a child of a kind that the agent does not list',
      false,
      () => countOne({ kind: 'client', measured: false }, {}, { kinds: ['server'] }),
    ],
    [
      'a child of a kind that only the agent lists',
      true,
      () => countOne({ kind: 'internal' }, {}, { kinds: ['internal'] }),
    ],
    ['an image of a running span', false, () => countOne({ kind: 'server' }, { '_dd.partial_version': 0 })],
    ['a span that was long running', true, () => countOne({ kind: 'server' }, { '_dd.partial_version': -1 })],
  ]
  for (const [what, isCounted, groups] of counts) {
    test(`${what} ${isCounted ? 'counts' : 'does not count'}`, () => {
      assert.equal(groups().length, isCounted ? 1 : 0)
    })
  }
})

describe('a group says', () => {
  const says: [what: string, groups: () => SeenGroup[], expected: Partial<SeenGroup>][] = [
    [
      'service, name, resource and type',
      () => countOne({ service: 'mall', type: 'web' }, {}, { resource: 'GET /' }),
      { Service: 'mall', Name: 'web', Resource: 'GET /', Type: 'web' },
    ],
    ['the name, where there is no resource', () => countOne({ kind: 'server' }), { Resource: 'web' }],
    [
      'a status that is text',
      () => countOne({ kind: 'server' }, { 'http.status_code': '404' }),
      { HTTPStatusCode: 404 },
    ],
    [
      'a status that is a number',
      () => countOne({ kind: 'server' }, { 'http.status_code': 204 }),
      { HTTPStatusCode: 204 },
    ],
    [
      'a status of its site',
      () => countOne({ kind: 'server', tags: { 'http.status_code': '201' } }),
      { HTTPStatusCode: 201 },
    ],
    [
      'no status, where it is none',
      () => countOne({ kind: 'server' }, { 'http.status_code': 'fine' }),
      { HTTPStatusCode: 0 },
    ],
    ['the kind', () => countOne({ kind: 'client' }), { SpanKind: 'client' }],
    [
      'method and route',
      () => countOne({ kind: 'server' }, { 'http.method': 'PUT', 'http.route': '/users/:id' }),
      { HTTPMethod: 'PUT', HTTPEndpoint: '/users/:id' },
    ],
    [
      'the endpoint rather than the route',
      () => countOne({ kind: 'server' }, { 'http.endpoint': '/users/{param}', 'http.route': '/users/:id' }),
      { HTTPEndpoint: '/users/{param}' },
    ],
    [
      'where the service comes from',
      () => countOne({ service: 'shop-pg', serviceSource: 'pg' }),
      { srv_src: 'pg' },
    ],
    ['that it is a root', () => countOne({}, {}, { parent: 'none' }), { IsTraceRoot: 1, TopLevelHits: 1 }],
    [
      'that it has a parent elsewhere',
      () => countOne({}, {}, { parent: 'remote' }),
      { IsTraceRoot: 2, TopLevelHits: 1 },
    ],
    [
      'that it is not top-level',
      () => countOne({ kind: 'client' }),
      { IsTraceRoot: 2, Hits: 1, TopLevelHits: 0 },
    ],
    ...[
      ['synthetics', true],
      ['synthetics-browser', true],
      ['rum', false],
    ].map(([origin, Synthetics]): [string, () => SeenGroup[], Partial<SeenGroup>] => [
      `whether ${origin} is synthetics`,
      () => countOne({ kind: 'server' }, {}, { origin: String(origin) }),
      { Synthetics: Boolean(Synthetics) },
    ]),
    ...(
      [
        ['rpc.grpc.status_code', 5, '5'],
        ['grpc.code', '13', '13'],
        ['rpc.grpc.status.code', 'NOT_FOUND', '5'],
        ['grpc.status.code', 'StatusCode.Canceled', '1'],
        ['grpc.status.code', 'whatever', ''],
        ['grpc.status.code', 256, ''],
      ] as const
    ).map(([name, value, GRPCStatusCode]): [string, () => SeenGroup[], Partial<SeenGroup>] => [
      `the code of ${name} ${value}`,
      () => countOne({ kind: 'client' }, { [name]: value }),
      { GRPCStatusCode },
    ]),
    [
      'the first 100 characters of service, name and type',
      () => countOne({ service: 's'.repeat(101), type: 't'.repeat(100) }, {}, { resource: 'r'.repeat(5001) }),
      { Service: 's'.repeat(100), Type: 't'.repeat(100), Resource: 'r'.repeat(5000) },
    ],
  ]
  for (const [what, groups, expected] of says) {
    test(what, () => {
      const [group, ...others] = groups()
      assert.deepEqual(others, [])
      const found = Object.fromEntries(
        Object.keys(expected).map(name => [name, group[name as keyof SeenGroup]]),
      )
      assert.deepEqual(found, expected)
    })
  }
})

describe('peers', () => {
  const peerTags = ['_dd.base_service', 'db.name', 'out.host', 'peer.service']
  function peersOf(site: Partial<SiteOptions>, ...all: Tags[]): (string[] | undefined)[] {
    const { runtime, groups } = counting({ peerTags })
    for (const tags of all) startSpan(runtime, new Site({ name: 'web', ...site }), undefined, tags).finish()
    return groups().map(({ PeerTags }) => PeerTags)
  }

  for (const kind of ['client', 'producer', 'consumer'] as const) {
    test(`of a ${kind} are the tags that the agent names, in its order`, () => {
      const tags = { 'peer.service': 'bank', 'db.name': 'orders', 'db.user': 'me', 'out.host': '' }
      assert.deepEqual(peersOf({ kind }, tags), [['db.name:orders', 'peer.service:bank']])
    })
  }

  test('of a server are none', () => {
    assert.deepEqual(peersOf({ kind: 'server', service: 'mall' }, { 'db.name': 'orders' }), [undefined])
  })

  test('of a site count like those of its spans, which override them', () => {
    const site = { kind: 'client', tags: { 'db.name': 'orders', 'out.host': 'a' } } as const
    assert.deepEqual(peersOf(site, { 'out.host': 'b' }), [['db.name:orders', 'out.host:b']])
  })

  test('are one group whatever the order of the tags, and two when a value differs', () => {
    const peers = peersOf(
      { kind: 'client' },
      { 'db.name': 'orders', 'out.host': 'a' },
      { 'out.host': 'a', 'db.name': 'orders' },
      { 'db.name': 'orders', 'out.host': 'b' },
    )
    assert.deepEqual(peers, [
      ['db.name:orders', 'out.host:a'],
      ['db.name:orders', 'out.host:b'],
    ])
  })

  test('are two groups when the same value has two names', () => {
    assert.deepEqual(
      peersOf({ kind: 'client' }, { 'db.name': 'x' }, { 'out.host': 'x' }, { 'db.name': 'x' }),
      [['db.name:x'], ['out.host:x']],
    )
  })

  test('of a client of another service include the service that it replaces', () => {
    assert.deepEqual(peersOf({ kind: 'client', service: 'shop-pg' }, { 'db.name': 'orders' }), [
      ['_dd.base_service:shop', 'db.name:orders'],
    ])
    assert.deepEqual(peersOf({ kind: 'client', service: 'SHOP' }, { 'db.name': 'orders' }), [
      ['db.name:orders'],
    ])
  })

  test('of an internal span of another service are that service only', () => {
    assert.deepEqual(peersOf({ service: 'mall' }, { 'db.name': 'orders' }), [['_dd.base_service:shop']])
  })

  test('are not mixed up when the agent changes its list', () => {
    const { runtime, aggregator, groups } = counting({ peerTags: ['db.name'] })
    const site = new Site({ name: 'web', kind: 'client' })
    startSpan(runtime, site, undefined, { 'db.name': 'same', 'out.host': 'same' }).finish()
    aggregator.use({
      canDropTraces: false,
      peerTags: ['out.host'],
      kinds: ['client'],
      filterTags: { require: [], reject: [] },
      filterTagsByRegex: { require: [], reject: [] },
      ignoreResources: [],
    })
    startSpan(runtime, site, undefined, { 'db.name': 'same', 'out.host': 'same' }).finish()
    assert.deepEqual(
      groups().map(({ PeerTags }) => PeerTags),
      [['db.name:same'], ['out.host:same']],
    )
  })
})
