/** Calls of gRPC, from both sides, in every version that there is a set of. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { type Collector, collect, type PlainSpan } from '../../test/support/collect'
import { ROOT } from '../../test/support/programs'
import http2 from '../http2/index'
import grpcIntegration from './index'

// biome-ignore lint/suspicious/noExplicitAny: clients are made of a file
type Any = any

const echo = require(join(ROOT, 'integrations', 'grpc', 'fixtures', 'echo.cjs')) as Any

for (const set of librarySets('grpc')) {
  describe(set.label, () => {
    let collector: Collector
    let grpc: Any
    let Echo: Any
    let client: Any
    let service: { server: Any; port: number }
    /** Ids of the spans that were active in the handlers. */
    let inHandlers: (string | undefined)[] = []

    before(async () => {
      await installLibraries([set])
      collector = collect([grpcIntegration, http2], { config: { spanComputePeerService: true } })
      // Patched before the library is loaded, so that the integration http2 sees its sessions.
      require('node:http2')
      grpc = set.require('@grpc/grpc-js')
      Echo = echo.load(grpc, set.require('@grpc/proto-loader'))
      const handlers = echo.handlers(grpc)
      const talk = handlers.talk
      handlers.talk = (call: Any) => {
        call.on('data', () => inHandlers.push(activeSpan()?.toSpanId(true)))
        talk(call)
      }
      const say = handlers.say
      handlers.say = (call: Any, callback: Any) => {
        inHandlers.push(activeSpan()?.toSpanId(true))
        say(call, callback)
      }
      service = await echo.serve(grpc, Echo, handlers)
      client = new Echo(`127.0.0.1:${service.port}`, grpc.credentials.createInsecure())
    })
    after(() => {
      client.close()
      service.server.forceShutdown()
      collector.stop()
    })
    beforeEach(() => {
      collector.registry.use('grpc', true)
      collector.clear()
      inHandlers = []
    })

    const say = (text: string, ...rest: unknown[]): Promise<{ error: Any; active: string | undefined }> =>
      new Promise(resolve =>
        client.say({ text }, ...rest, (error: Any) =>
          resolve({ error, active: activeSpan()?.toSpanId(true) }),
        ),
      )
    const both = async (): Promise<[PlainSpan, PlainSpan]> => {
      const spans = await collector.waitFor(2)
      assert.equal(spans.length, 2)
      const side = (name: string) => spans.find(span => span.name === name) as PlainSpan
      return [side('grpc.client'), side('grpc.server')]
    }

    it('makes one span at each side, with the tags of both, and none of HTTP/2', async () => {
      let parentId = ''
      await collector.inParent(async parent => {
        parentId = parent.toSpanId(true)
        const heard = await say('hello')
        assert.equal(heard.error, null)
        assert.equal(heard.active, parentId)
      })
      const [sent, served] = await both()
      assert.equal(sent.parentId, parentId)
      assert.equal(served.parentId, sent.spanId)
      assert.equal(served.traceId, sent.traceId)
      assert.deepEqual(inHandlers, [served.spanId])
      for (const span of [sent, served]) {
        assert.equal(span.resource, '/shop.v1.Echo/Say')
        assert.equal(span.service, 'shop')
        assert.equal(span.error, 0)
        assert.equal(span.meta['grpc.method.name'], 'Say')
        assert.equal(span.meta['grpc.method.path'], '/shop.v1.Echo/Say')
        assert.equal(span.meta['grpc.method.kind'], 'unary')
        assert.equal(span.meta['grpc.method.service'], 'Echo')
        assert.equal(span.meta['grpc.method.package'], 'shop.v1')
        assert.equal(span.meta['rpc.service'], 'shop.v1.Echo')
        assert.equal(span.meta.component, 'grpc')
        assert.equal(span.metrics['grpc.status.code'], 0)
      }
      assert.deepEqual([sent.type, sent.meta['span.kind']], ['http', 'client'])
      assert.deepEqual([served.type, served.meta['span.kind']], ['web', 'server'])
      // The oldest version does not tell its peer.
      if (set.name !== 'oldest') {
        assert.equal(sent.meta['network.destination.ip'], '127.0.0.1')
        assert.equal(sent.metrics['network.destination.port'], service.port)
      }
      assert.equal(sent.meta['peer.service'], 'shop.v1.Echo')
      assert.equal(sent.meta['_dd.peer.service.source'], 'rpc.service')
    })

    it('records the error that the application gets, and that of the handler', async () => {
      const { error } = await say('fail 5')
      const [sent, served] = await both()
      assert.equal(sent.error, 1)
      assert.equal(sent.meta['error.message'], error.message)
      assert.equal(sent.meta['error.stack'], error.stack)
      assert.equal(served.error, 1)
      assert.equal(served.meta['error.message'], 'code 5')
      assert.deepEqual(
        [sent, served].map(span => span.metrics['grpc.status.code']),
        [5, 5],
      )
    })

    it('keeps the metadata of the application, and tags those that are asked for', async () => {
      collector.registry.use('grpc', { metadata: ['x-ask', 'x-head', 'x-trailer'] })
      const metadata = new grpc.Metadata()
      metadata.set('x-ask', 'a')
      await say('hello', metadata)
      assert.deepEqual(Object.keys(metadata.getMap()), ['x-ask'])
      const [sent, served] = await both()
      assert.equal(sent.meta['grpc.request.metadata.x-ask'], 'a')
      assert.equal(served.meta['grpc.request.metadata.x-ask'], 'a')
      assert.equal(sent.meta['grpc.response.metadata.x-head'], 'a')
      assert.equal(sent.meta['grpc.response.metadata.x-trailer'], 'end')
      assert.equal(served.meta['grpc.response.metadata.x-trailer'], 'end')
    })

    it('runs what streams emit in the context of the caller and of the handler', async () => {
      const heard: unknown[] = []
      let parentId = ''
      await collector.inParent(async parent => {
        parentId = parent.toSpanId(true)
        const call = client.talk()
        for (const event of ['data', 'end', 'status']) {
          call.on(event, () => heard.push(activeSpan()?.toSpanId(true)))
        }
        call.write({ text: 'a' })
        call.write({ text: 'b' })
        call.end()
        await once(call, 'status')
      })
      const [sent, served] = await both()
      assert.ok(heard.length >= 3)
      assert.deepEqual([...new Set(heard)], [parentId])
      assert.deepEqual(inHandlers, [served.spanId, served.spanId])
      assert.deepEqual([sent.meta['grpc.method.kind'], served.meta['grpc.method.kind']], ['bidi', 'bidi'])
    })

    it('ends both with CANCELLED when a stream is given up, an error for the client alone', async () => {
      const call = client.spell({ text: 'open' })
      call.on('error', () => {})
      await once(call, 'data')
      call.cancel()
      const [sent, served] = await both()
      assert.deepEqual([sent.metrics['grpc.status.code'], sent.error], [1, 1])
      assert.deepEqual([served.metrics['grpc.status.code'], served.error], [1, 0])
    })

    it('ends with UNAVAILABLE where nobody listens', async () => {
      const lost = new Echo('127.0.0.1:1', grpc.credentials.createInsecure())
      await new Promise(resolve => lost.say({ text: 'a' }, resolve))
      lost.close()
      const [span] = await collector.waitFor(1)
      assert.deepEqual([span.metrics['grpc.status.code'], span.error], [14, 1])
      assert.match(span.meta['error.message'], /^14 UNAVAILABLE/)
    })

    it('ends both when the server goes away in the middle of a stream', async () => {
      const other = await echo.serve(grpc, Echo, echo.handlers(grpc))
      const its = new Echo(`127.0.0.1:${other.port}`, grpc.credentials.createInsecure())
      const call = its.spell({ text: 'open' })
      const failed = new Promise(resolve => call.on('error', resolve))
      await once(call, 'data')
      other.server.forceShutdown()
      await failed
      its.close()
      const [sent, served] = await both()
      assert.equal(sent.error, 1)
      assert.equal(served.metrics['grpc.status.code'], 1)
    })

    it('is silent where it is switched off, wholly or for one side', async () => {
      collector.registry.use('grpc', { server: false })
      await say('hello')
      assert.deepEqual(
        (await collector.waitFor(1)).map(span => span.name),
        ['grpc.client'],
      )
      collector.registry.use('grpc', false)
      collector.clear()
      await say('hello')
      assert.deepEqual(collector.own(), [])
    })

    it('looks like the library, and puts it back', () => {
      const { register } = grpc.Server.prototype
      assert.deepEqual([register.name, register.length, register.__datadog_patch], ['register', 5, true])
      collector.stop()
      assert.notEqual(grpc.Server.prototype.register, register)
      assert.equal(grpc.Server.prototype.register.__datadog_patch, undefined)
    })
  })
}
