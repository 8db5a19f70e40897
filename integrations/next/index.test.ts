/** A site that Next.js has built, served by each of its servers in a process of its own. */

import assert from 'node:assert/strict'
import { before, describe, type TestContext, test } from 'node:test'
import { type SpanRecord, startTestAgent, type TestTrace } from '../../src/testing/index'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { collect } from '../../test/support/collect'
import { buildSite, serveSite, WAYS } from '../../test/support/next-site'
import next from './index'

/** Request, its status, and the page that names it; `-` before a page that is no route. */
const REQUESTS = [
  ['GET', '/', 200, '/'],
  ['GET', '/page/one', 200, '/page/[slug]'],
  ['GET', '/page/broken', 500, '/page/[slug]'],
  ['GET', '/api/users/broken', 500, '/api/users/[id]'],
  ['GET', '/app/one', 200, '/app/[slug]'],
  ['GET', '/app/handler', 200, '/app/handler'],
  ['POST', '/app/handler', 500, '/app/handler'],
  ['GET', '/file.txt', 200, '/public/*'],
  ['GET', '/rewritten', 200, '/page/[slug]'],
  ['GET', '/missing', 404, '-/404'],
  ['GET', '/blocked', 403, undefined],
] as const

for (const set of librarySets('next')) {
  describe(set.label, () => {
    before(async () => {
      await installLibraries([set])
      await buildSite(set)
    })

    /** Asks for `path`; what came back, and the spans of its trace by name. */
    async function site(t: TestContext, way: string, env: Record<string, string> = {}) {
      const agent = await startTestAgent()
      t.after(() => agent.close())
      const app = await serveSite(set, way, {
        ...agent.env,
        DD_SERVICE: 'shop',
        DD_TRACE_FLUSH_INTERVAL: '0',
        ...env,
      })
      t.after(() => app.stop())
      return async (path: string, method = 'GET') => {
        agent.clear()
        const response = await fetch(app.url + path, { method })
        const text = await response.text()
        const isWhole = ({ root }: TestTrace): boolean =>
          root?.name === 'web.request' && new URL(root.meta['http.url']).pathname === path
        const traces = await agent.waitForTraces(all => all.some(isWhole), { timeoutMs: 20_000 })
        const spans = traces.filter(isWhole).flatMap(trace => trace.spans)
        return { status: response.status, text, spans, named: (name: string) => ofName(spans, name) }
      }
    }

    for (const way of WAYS) {
      test(`${way}: a span for each request, under that of the HTTP server`, async t => {
        const ask = await site(t, way)
        for (const [method, path, status, page] of REQUESTS) {
          const seen = await ask(path, method)
          const title = `${method} ${path}`
          assert.equal(seen.status, status, title)
          const [root] = seen.named('web.request')
          const route = page?.startsWith('/') ? page : undefined
          assert.equal(root.resource, route === undefined ? method : `${method} ${route}`, title)
          assert.equal(root.meta['http.route'], route, title)
          assert.equal(root.error, status >= 500 ? 1 : 0, title)
          const requests = seen.named('next.request')
          assert.equal(requests.length, page === undefined ? 0 : 1, title)
          if (page === undefined) continue
          const [request] = requests
          const shown = page.replace('-', '')
          assert.equal(request.parentId, root.spanId, title)
          assert.equal(request.resource, `${method} ${shown}`)
          assert.equal(request.service, 'shop')
          assert.equal(request.type, 'web')
          assert.equal(request.error, root.error, title)
          const { component, 'span.kind': kind, 'next.page': nextPage } = request.meta
          assert.deepEqual([component, kind, nextPage], ['next', 'server', shown])
          assert.deepEqual(
            [request.meta['http.method'], request.meta['http.status_code']],
            [method, String(status)],
          )
        }
      })
    }

    test('what a page throws is on both spans', async t => {
      const ask = await site(t, 'next start')
      const { spans } = await ask('/page/broken')
      assert.deepEqual(
        spans.map(({ name, meta }) => [name, meta['error.type'], meta['error.message']]),
        [
          ['web.request', 'RangeError', 'the page is broken'],
          ['next.request', 'RangeError', 'the page is broken'],
        ],
      )
      for (const span of spans) assert.match(span.meta['error.stack'], /RangeError/)
    })

    test('what an API route calls is seen under its request', async t => {
      const ask = await site(t, 'next start')
      const { named } = await ask('/api/users/1')
      const [request] = named('next.request')
      const calls = named('http.request').concat(named('undici.request'), named('fetch'))
      assert.deepEqual(
        calls.map(call => call.parentId),
        [request.spanId],
      )
    })

    test('the middleware has a span where those are wanted, and its answer is no error', async t => {
      const ask = await site(t, 'next start', { DD_TRACE_MIDDLEWARE_TRACING_ENABLED: 'true' })
      for (const path of ['/blocked', '/rewritten']) {
        const { named } = await ask(path)
        const [root] = named('web.request')
        assert.deepEqual(
          named('next.middleware').map(({ resource, error, parentId }) => [resource, error, parentId]),
          [['middleware', 0, root.spanId]],
        )
      }
    })

    test('switched off it leaves the spans of the HTTP server as they are', async t => {
      const ask = await site(t, 'next start', { DD_TRACE_NEXT_ENABLED: 'false' })
      const { status, spans } = await ask('/page/one')
      assert.deepEqual(
        [status, ...spans.map(span => [span.name, span.resource])],
        [200, ['web.request', 'GET']],
      )
    })

    test('answers are the same without the tracer', async t => {
      const agent = await startTestAgent()
      t.after(() => agent.close())
      const answers = []
      for (const env of [undefined, agent.env]) {
        const app = await serveSite(set, 'a standalone server', env)
        const all = []
        for (const [method, path] of REQUESTS) {
          const response = await fetch(app.url + path, { method })
          const { date: _date, ...headers } = Object.fromEntries(response.headers)
          // The order of the streamed parts varies.
          const text = [...(await response.text())].sort().join('')
          const { port } = new URL(app.url)
          all.push(JSON.stringify({ path, status: response.status, headers, text }).replaceAll(port, 'port'))
        }
        await app.stop()
        answers.push(all)
      }
      assert.deepEqual(answers[1], answers[0])
      assert.ok(agent.spans().some(span => span.name === 'next.request'))
    })

    test('the server is what it was after the tracer has stopped', () => {
      type Module = { default: { prototype: Record<string, unknown> } }
      const server = set.require('next/dist/server/base-server.js') as Module
      const methods = ['handleRequest', 'renderToResponseWithComponents', 'renderErrorToResponse']
      const originals = methods.map(name => server.default.prototype[name] as () => unknown)
      const collector = collect([next])
      try {
        for (const [index, name] of methods.entries()) {
          const wrapped = server.default.prototype[name] as () => unknown
          assert.notEqual(wrapped, originals[index])
          assert.deepEqual([wrapped.name, wrapped.length], [originals[index].name, originals[index].length])
        }
      } finally {
        collector.stop()
      }
      assert.deepEqual(
        methods.map((name, index) => server.default.prototype[name] === originals[index]),
        methods.map(() => true),
      )
    })
  })
}

function ofName(spans: readonly SpanRecord[], name: string): SpanRecord[] {
  return spans.filter(span => span.name === name)
}
