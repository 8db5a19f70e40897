/** What every web framework's integration does: names, routes, errors and context of requests, spans of middleware. */

import assert from 'node:assert/strict'
import { request } from 'node:http'
import { it } from 'node:test'
import { activeSpan } from '../../../src/trace/context'
import type { LibrarySet } from '../../libraries/sets'
import { NO_PARENT } from '../../support/collect'
import { RawClient } from '../../support/web-server'
import { type Framework, type WebPlace, withEachFramework } from './framework'

class PaymentError extends Error {
  override name = 'PaymentError'
}

/** `own` declares the tests of this framework alone, which share the server with those of the contract. */
export function webFrameworkContract<App>(
  framework: Framework<App>,
  own: (place: WebPlace<App>, set: LibrarySet) => void = () => {},
): void {
  const { integration, route } = framework
  const { name } = integration
  const named = `${name}.request`
  const resourceOf = (method: string, path = route): string =>
    path === undefined ? method : `${method} ${path}`
  const failure = () => new PaymentError('card refused')

  withEachFramework(framework, (place, set) => {
    const { open, see } = place

    it('names the request after the framework and its route', async () => {
      const { span, text, status } = await see(
        app => framework.answer(app, async id => `user ${id}`),
        'GET /users/7?a=b',
      )
      assert.deepEqual([text, status], ['user 7', 200])
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error, span.parentId],
        [named, 'shop', resourceOf('GET'), 'web', 0, NO_PARENT],
      )
      assert.equal(span.meta.component, name)
      assert.equal(span.meta['_dd.integration'], name)
      assert.equal(span.meta['span.kind'], 'server')
      assert.equal(span.meta['http.route'], route)
      assert.equal(span.meta['http.status_code'], '200')
      assert.match(span.meta['http.url'], /\/users\/7\?a=b$/)
      assert.equal(span.metrics['_dd.measured'], 1)
    })

    for (const [title, build, line, resource, expected = 200] of framework.routes(set)) {
      it(`knows the route ${title}`, async () => {
        const { span, status } = await see(build, line)
        assert.equal(status, expected)
        assert.deepEqual([span.name, span.resource], [named, resource])
        const [, ...path] = resource.split(' ')
        assert.equal(span.meta['http.route'], path.length === 0 ? undefined : path.join(' '))
      })
    }

    it('knows no route of what is not found', async () => {
      for (const build of framework.unknown) {
        const { span, status } = await see(build, 'GET /unknown')
        assert.equal(status, 404)
        assert.deepEqual(
          [span.name, span.resource, span.meta['http.route'], span.error],
          [named, 'GET', undefined, 0],
        )
      }
    })

    for (const { title, build, status: expected, resource = 'GET /pay' } of framework.failures(set)) {
      it(`records an error ${title}`, async () => {
        const error = failure()
        const { stack } = error
        const { span, status } = await see(app => build(app, error), 'GET /pay')
        assert.equal(status, expected)
        assert.deepEqual(
          [span.error, span.resource, span.meta['error.type'], span.meta['error.message']],
          [1, resource, 'PaymentError', 'card refused'],
        )
        assert.equal(span.meta['error.stack'], stack)
      })
    }

    it('records no error that is answered with a status below 500', async () => {
      for (const build of framework.accepted) {
        const { span, status } = await see(app => build(app, failure()), 'GET /pay')
        assert.ok(status < 500)
        assert.deepEqual([span.error, span.meta['error.type']], [0, undefined])
      }
    })

    it('keeps requests of one connection, and those at the same time, apart', async () => {
      const server = await open(app =>
        framework.answer(app, async () => {
          await new Promise(resolve => setImmediate(resolve))
          return activeSpan()?.toSpanId(true) ?? 'none'
        }),
      )
      const answers = await Promise.all([1, 2, 3, 4, 5].map(id => place.shop.ask(server, `GET /users/${id}`)))
      const spans = await place.shop.collector.take(5)
      assert.deepEqual(answers.map(answer => answer.text).sort(), spans.map(span => span.spanId).sort())
      const client = await RawClient.open(server.port)
      for (let count = 1; count <= 3; count++) {
        client.send(`GET /users/${count} HTTP/1.1\r\nHost: a\r\n\r\n`)
        await client.until('200 OK', count)
      }
      client.socket.destroy()
      for (const span of await place.shop.collector.take(3))
        assert.deepEqual([span.resource, span.parentId], [resourceOf('GET'), NO_PARENT])
    })

    it('ends the span of a request that the client gave up', async () => {
      let came = (): void => {}
      const arrived = new Promise<void>(resolve => {
        came = resolve
      })
      const server = await open(app => framework.wait(app, came))
      const sent = request({ host: '127.0.0.1', port: server.port, path: '/users/1', agent: false })
      sent.on('error', () => {})
      sent.end()
      await arrived
      sent.destroy()
      const [span] = await place.shop.collector.take(1)
      assert.deepEqual([span.name, span.resource, span.error], [named, resourceOf('GET'), 0])
    })

    const middleware = framework.middleware?.(set)
    if (middleware !== undefined) {
      it('has a span for each middleware when it is asked to', async () => {
        const error = failure()
        const heard = new Map<number, string | undefined>()
        const server = await open(app =>
          middleware.build(app, error, index => void heard.set(index, activeSpan()?.toSpanId(true))),
        )
        await place.shop.see(server, 'GET /users/7')
        place.shop.collector.assertEmpty()
        place.shop.collector.registry.use(name, { middleware: true })
        const asked = await open(app =>
          middleware.build(app, error, index => void heard.set(index, activeSpan()?.toSpanId(true))),
        )
        const { span, others } = await place.shop.see(asked, 'GET /users/7', middleware.spans.length)
        assert.deepEqual([span.name, span.resource], [named, middleware.resource ?? resourceOf('GET')])
        for (const [index, [expected, failed]] of middleware.spans.entries()) {
          const { name: its, resource, parentId, type, meta, error: hasFailed } = others[index]
          assert.deepEqual(
            [its, parentId, type, meta['span.kind'], hasFailed],
            [`${name}.middleware`, span.spanId, '', undefined, failed],
          )
          if (typeof expected === 'string') assert.equal(resource, expected)
          else assert.match(resource, expected)
          if (failed === 1) assert.equal(meta['error.message'], 'card refused')
        }
        for (const [index, id] of heard) assert.equal(id, others[index].spanId)
      })
    }

    it('is not there while it is switched off', async () => {
      const server = await open(app => framework.answer(app, async () => 'ok'))
      const use = (isOn: boolean) => {
        for (const each of [name, ...(framework.together ?? [])])
          place.shop.collector.registry.use(each, isOn)
      }
      use(false)
      const { span, text } = await place.shop.see(server, 'GET /users/7')
      assert.deepEqual([text, span.name, span.resource], ['ok', 'web.request', 'GET'])
      use(true)
      const { span: again } = await place.shop.see(server, 'GET /users/7')
      assert.deepEqual([again.name, again.resource], [named, resourceOf('GET')])
    })

    own(place, set)

    if (framework.wrapped !== undefined) {
      it('takes itself back', async () => {
        const read = () => framework.wrapped?.(set) ?? []
        const originals = read().map(fn => (fn as { __original?: unknown }).__original)
        assert.ok(originals.length > 0)
        for (const original of originals) assert.equal(typeof original, 'function')
        await place.restart(() => assert.deepEqual(read(), originals))
      })
    }
  })
}
