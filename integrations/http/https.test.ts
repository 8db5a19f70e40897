/** `https`: traced as `http` is, also where the program has not loaded `http`. */

import assert from 'node:assert/strict'
import * as nodeHttps from 'node:https'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { answerOf } from '../../test/support/calls'
import { type Collector, collect } from '../../test/support/collect'
import { TLS } from '../../test/support/tls'
import { type Listening, listen } from '../../test/support/web-server'
import http from './index'

describe('https', () => {
  let collector: Collector
  let server: Listening
  let inside: string | undefined

  before(async () => {
    collector = collect([http])
    const web = nodeHttps.createServer(TLS, (_req, res) => {
      res.on('finish', () => {
        inside = activeSpan()?.toSpanId(true)
      })
      res.end('answer')
    })
    server = await listen(web as never, 'https')
  })
  afterEach(() => collector.assertEmpty())
  after(async () => {
    await server.close()
    collector.stop()
  })

  const trusting = { rejectUnauthorized: false }

  for (const [form, send] of [
    ['a text', () => nodeHttps.get(`${server.url}/a?b`, trusting)],
    ['a URL', () => nodeHttps.request(new URL(`${server.url}/a`), trusting).end()],
    ['options', () => nodeHttps.get({ ...trusting, host: '127.0.0.1', port: server.port, path: '/a' })],
    ['a list', () => nodeHttps.get(`${server.url}/a`, { ...trusting, headers: ['Host', 'a'] as never })],
    ['no agent', () => nodeHttps.get(`${server.url}/a`, { ...trusting, agent: false })],
  ] as const) {
    it(`traces a request made with ${form}, on both sides`, async () => {
      const { text } = await collector.inParent(() => answerOf(send()))
      assert.equal(text, 'answer')
      const spans = await collector.take(3)
      const [caller, request, answer] = ['test.parent', 'http.request', 'web.request'].map(name =>
        spans.find(span => span.name === name),
      )
      assert.ok(caller && request && answer)
      assert.equal(request.parentId, caller.spanId)
      assert.equal(answer.parentId, request.spanId)
      assert.equal(answer.traceId, caller.traceId)
      assert.equal(request.meta['http.url'], `${server.url}/a`)
      assert.equal(request.metrics['network.destination.port'], server.port)
      assert.match(answer.meta['http.url'], /^https:/)
      assert.equal(inside, answer.spanId)
    })
  }

  it('tells that a certificate was not trusted', async () => {
    await assert.rejects(answerOf(nodeHttps.get(server.url)))
    const [span] = await collector.take(1)
    assert.equal(span.error, 1)
    assert.match(span.meta['error.message'], /self-signed|not yet valid|self signed/)
  })
})
