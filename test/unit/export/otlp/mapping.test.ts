/** Translation of Datadog's tags and fields into OpenTelemetry's. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../../src/core/config/resolve'
import { keepValue } from '../../../../src/export/otlp/attributes'
import { json } from '../../../../src/export/otlp/json'
import { processAttributes, resourceOf } from '../../../../src/export/otlp/resource'
import { statementOf } from '../../../../src/export/otlp/statement'
import { RemoteContext } from '../../../../src/trace/remote-context'
import { Site, type Tags } from '../../../../src/trace/site'
import type { Span } from '../../../../src/trace/span'
import { startSpan } from '../../../../src/trace/start'
import { type OtlpSpan, readJson } from '../../../support/otlp'
import { encoding } from '../../../support/otlp-exporting'

const site = new Site({ name: 'work' })

function mapped(tags: Tags, change: (span: Span) => void = () => {}, parent?: RemoteContext): OtlpSpan {
  const { runtime, take } = encoding(json)
  const span = startSpan(runtime, site, parent, tags)
  change(span)
  span.finish()
  return readJson(take())[0]
}

/** Cases: [tags, attributes]. */
const NAMES: [Tags, Record<string, unknown>][] = [
  [{ 'http.method': 'GET' }, { 'http.request.method': 'GET' }],
  [{ 'http.status_code': '404' }, { 'http.response.status_code': 404 }],
  [{ 'http.status_code': 'odd' }, { 'http.response.status_code': 'odd' }],
  [{ 'http.status_code': '200', 'http.response.status_code': 200 }, { 'http.response.status_code': 200 }],
  [{ 'http.url': 'http://a/b' }, { 'url.full': 'http://a/b' }],
  [{ 'http.route': '/u/:id' }, { 'http.route': '/u/:id' }],
  [{ 'http.useragent': 'curl' }, { 'user_agent.original': 'curl' }],
  [{ 'http.client_ip': '1.2.3.4' }, { 'client.address': '1.2.3.4' }],
  [{ 'http.response.headers.etag': 'x' }, { 'http.response.header.etag': ['x'] }],
  [
    { 'out.host': 'db', 'network.destination.port': '5432' },
    { 'server.address': 'db', 'server.port': 5432 },
  ],
  [
    { 'network.destination.name': 'db', 'network.destination.ip': '10.0.0.1' },
    { 'server.address': 'db', 'network.peer.address': '10.0.0.1' },
  ],
  [
    { 'db.type': 'postgres', 'db.name': 'shop' },
    { 'db.system.name': 'postgresql', 'db.namespace': 'shop' },
  ],
  [
    { 'db.type': 'redis', 'db.statement': 'GET' },
    { 'db.system.name': 'redis', 'db.query.text': 'GET' },
  ],
  [
    { 'usr.id': '7', 'usr.role': 'boss' },
    { 'user.id': '7', 'usr.role': 'boss' },
  ],
  [
    { component: 'pg', 'peer.service': 'db' },
    { component: 'pg', 'peer.service': 'db' },
  ],
  [{ '_dd.measured': 1, '_dd.p.dm': '-0', '_dd1.sr.eausr': 1, '': 'x', kept: 1 }, { kept: 1 }],
  [{ gone: undefined, n: Number.POSITIVE_INFINITY }, {}],
  [JSON.parse('{"constructor":"a","toString":"b"}'), { constructor: 'a', toString: 'b' }],
]

describe('tags', () => {
  for (const [tags, attributes] of NAMES) {
    test(`${JSON.stringify(tags)} become ${JSON.stringify(attributes)}`, () => {
      assert.deepEqual(mapped(tags).attributes, attributes)
    })
  }

  test('of a site are overruled by those of the span', () => {
    const { runtime, take } = encoding(json)
    const tagged = new Site({ name: 'work', component: 'one', tags: { 'db.type': 'mysql', 'out.host': 'a' } })
    startSpan(runtime, tagged, undefined, { component: 'two', 'server.address': 'b' }).finish()
    assert.deepEqual(readJson(take())[0].attributes, {
      component: 'two',
      'db.system.name': 'mysql',
      'server.address': 'b',
    })
  })
})

test('encoded values are kept only while there are few', () => {
  const encoded = { name: 'x', values: new Map<string, string>() }
  for (let value = 0; value < 16; value++) keepValue(encoded, `${value}`, `${value}`)
  keepValue(encoded, 'long', 'x'.repeat(129))
  assert.equal(encoded.values, undefined)
  const short = { name: 'x', values: new Map([['a', 'b']]) }
  keepValue(short, 'long', 'x'.repeat(129))
  keepValue(short, 'fits', 'x'.repeat(128))
  assert.deepEqual([...short.values.keys()], ['a', 'fits'])
})

describe('the name', () => {
  test('is the resource, and the operation an attribute', () => {
    const { name, attributes } = mapped({}, span => {
      span.resource = 'GET /users/:id'
      span.type = 'web'
    })
    assert.equal(name, 'GET /users/:id')
    assert.deepEqual(attributes, { 'operation.name': 'work', 'span.type': 'web' })
  })

  test('of SQL is its operation and database; the statement has no literals', () => {
    const { name, attributes } = mapped({ 'db.name': 'shop' }, span => {
      span.resource = "select * from users where name = 'Bob' and id = $1"
      span.type = 'sql'
    })
    assert.equal(name, 'SELECT shop')
    assert.equal(attributes['db.query.text'], 'select * from users where name = ? and id = $1')
    assert.equal(attributes['db.operation.name'], 'SELECT')
  })

  test('of SQL that begins with no word is what there is', () => {
    const nameOf = (tags: Tags) =>
      mapped(tags, span => {
        span.resource = '1'
        span.type = 'sql'
      }).name
    assert.deepEqual([nameOf({ 'db.name': 'shop' }), nameOf({})], ['shop', 'work'])
  })
})

/** Cases: [statement, without literals, operation]. */
const STATEMENTS: [string, string, string][] = [
  ["SELECT 'it''s', 1, -2.5e3, 0xFF FROM t1", 'SELECT ?, ?, -?, ? FROM t1', 'SELECT'],
  [String.raw`select 'a\'b' from x`, 'select ? from x', 'SELECT'],
  [
    'insert into "t 1" (a2) values ($1, :name2, @p3, ?)',
    'insert into "t 1" (a2) values ($1, :name2, @p3, ?)',
    'INSERT',
  ],
  ["/* it's 1 */ update t set a=5", "/* it's 1 */ update t set a=?", 'UPDATE'],
  ["-- don't 2\nDELETE FROM t WHERE id IN (1,2)", "-- don't 2\nDELETE FROM t WHERE id IN (?,?)", 'DELETE'],
  ['select $$a 1$$, $x$b$x$, `c 2` from täble3', 'select ?, ?, `c 2` from täble3', 'SELECT'],
  ["(select 'unfinished", '(select ?', 'SELECT'],
  ['', '', ''],
]

describe('a statement', () => {
  for (const [sql, text, operation] of STATEMENTS) {
    test(`${JSON.stringify(sql)} without literals`, () => {
      assert.deepEqual(statementOf(sql), { text, operation })
      assert.deepEqual(statementOf(sql), { text, operation }, 'the second time')
    })
  }

  test('of MySQL has texts in double quotes', () => {
    assert.equal(statementOf('select "a" from t', true).text, 'select ? from t')
    assert.equal(statementOf('select "a" from t').text, 'select "a" from t')
  })
})

/** Cases: [URL, scheme, path, query]. */
const URLS: [string, string | undefined, string | undefined, string | undefined][] = [
  ['http://h:1/a/b?c=1&d', 'http', '/a/b', 'c=1&d'],
  ['https://h', 'https', '/', undefined],
  ['http://h?x=/1', 'http', '/', 'x=/1'],
  ['http://h/a?', 'http', '/a', undefined],
  ['/a', undefined, undefined, undefined],
]

describe('the URL of a server span', () => {
  for (const [url, scheme, path, query] of URLS) {
    test(`${url} comes in parts`, () => {
      const { attributes } = mapped({ 'span.kind': 'server', 'http.url': url })
      const parts = [attributes['url.scheme'], attributes['url.path'], attributes['url.query']]
      assert.deepEqual(parts, [scheme, path, query])
    })
  }

  test('of a client is only whole', () => {
    assert.deepEqual(mapped({ 'span.kind': 'client', 'http.url': 'http://h/a' }).attributes, {
      'url.full': 'http://h/a',
    })
  })
})

describe('an error', () => {
  test('without a message is a status', () => {
    const { status, events } = mapped({}, span => span.setTag('error', true))
    assert.deepEqual([status, events], [{ code: 2, message: '' }, []])
  })

  test('by HTTP status has the status as its type', () => {
    const { attributes, events } = mapped({ 'http.status_code': '503' }, span => span.setTag('error', true))
    assert.deepEqual([attributes['error.type'], events], ['503', []])
  })

  test('that was recorded as an event is not written a second time', () => {
    const { events, status } = mapped({}, span => {
      span.setError(new TypeError('no'))
      span.addEvent('exception', { 'exception.message': 'no' })
    })
    assert.deepEqual(events.length, 1)
    assert.deepEqual(status, { code: 2, message: 'no' })
  })

  test('is written in addition to events of handled errors', () => {
    const failure = new TypeError('no', { cause: new Error('inner') })
    const handled = mapped({}, span => span.recordException(new TypeError('handled')).setError(failure))
    assert.deepEqual(
      handled.events.map(({ attributes }) => attributes['exception.message']),
      ['handled', 'no'],
    )
    const same = mapped({}, span => span.recordException(failure).setError(failure))
    assert.equal(same.events.length, 1)
  })
})

describe('flags and trace state', () => {
  test('of a trace that began in another process: only the local root has a remote parent', () => {
    const { runtime, take } = encoding(json)
    const remote = Object.assign(new RemoteContext(), { traceLo: 5, spanLo: 6, priority: 1, origin: 'rum' })
    remote.otherTracestate = 'vendor=1'
    remote.unknownTracestate = 'x:y'
    remote.propagated = { '_dd.p.dm': '-4' }
    const root = startSpan(runtime, site, remote, {})
    startSpan(runtime, site, root, {}).finish()
    root.finish()
    const spans = readJson(take())
    assert.deepEqual(
      spans.map(({ flags, traceState }) => [flags, traceState]),
      [
        [0x301, 'dd=s:1;o:rum;t.dm:-4;x:y,vendor=1'],
        [0x101, 'dd=s:1;o:rum;t.dm:-4;x:y,vendor=1'],
      ],
    )
  })
})

describe('the resource', () => {
  const of = (env: Record<string, string>, service?: string) => {
    const config = resolveConfig({}, { DD_SERVICE: 'shop', DD_VERSION: '1.2', ...env })
    return resourceOf(service ?? 'shop', processAttributes(config, '9.8.7'), config)
  }

  test('identifies the sender', () => {
    const resource = of({ DD_ENV: 'prod' })
    const { 'service.instance.id': id, 'container.id': _container, ...rest } = resource
    assert.match(String(id), /^[\da-f-]{36}$/)
    assert.deepEqual(rest, {
      'service.name': 'shop',
      'service.version': '1.2',
      'deployment.environment.name': 'prod',
      'deployment.environment': 'prod',
      'telemetry.sdk.name': 'datadog',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': '9.8.7',
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    })
  })

  test('has the tags of the user, which win, and the optional attributes that are configured', () => {
    const resource = of({
      OTEL_RESOURCE_ATTRIBUTES:
        'service.name=other,team=a%20b,service.instance.id=mine,deployment.environment=x',
      DD_TRACE_REPORT_HOSTNAME: 'true',
      DD_GIT_COMMIT_SHA: 'abc',
      DD_GIT_REPOSITORY_URL: 'https://user:secret@example.com/shop.git',
    })
    assert.equal(resource['service.name'], 'shop')
    assert.equal(resource.team, 'a b')
    assert.equal(resource['service.instance.id'], 'mine')
    assert.equal(resource['deployment.environment.name'], 'x')
    assert.equal(typeof resource['host.name'], 'string')
    assert.equal(resource['vcs.ref.head.revision'], 'abc')
    assert.equal(resource['vcs.repository.url.full'], 'https://example.com/shop.git')
    assert.deepEqual([resource.service, resource.env], [undefined, undefined])
  })

  test('of another service has no version', () => {
    const { 'service.name': name, 'service.version': version } = of({}, 'shop-db')
    assert.deepEqual([name, version], ['shop-db', undefined])
  })
})
