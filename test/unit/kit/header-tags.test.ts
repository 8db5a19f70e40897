/** Headers that become tags. */

import assert from 'node:assert/strict'
import { OutgoingMessage } from 'node:http'
import { describe, it } from 'node:test'
import { headerTags, sentHeader, tagHeaders } from '../../../src/kit/web/header-tags'
import { Site } from '../../../src/trace/site'
import { startSpan } from '../../../src/trace/start'
import { testRuntime } from '../../support/runtime'

describe('header tags', () => {
  it('reads names with and without a tag', () => {
    assert.deepEqual(headerTags([' X-One ', 'x-two:my.tag', 'x-three: ', 'x:y:z', ':tag', '', 7, null]), [
      { header: 'x-one', tag: undefined },
      { header: 'x-two', tag: 'my.tag' },
      { header: 'x-three', tag: undefined },
      { header: 'x:y', tag: 'z' },
    ])
  })

  it('returns no tags for a value that is no list', () => {
    for (const value of [undefined, null, 'x-one', { 0: 'x' }, 7]) assert.deepEqual(headerTags(value), [])
  })

  it('tags the headers that are present, lists joined by commas', () => {
    const span = startSpan(testRuntime(), new Site({ name: 'test' }), undefined, {})
    const headers: Record<string, string | number | string[]> = {
      'x-one': 'a',
      'x-two': ['b', 'c'],
      'x-number': 0,
      'x-empty': '',
    }
    const tags = headerTags(['x-one', 'x-two:two', 'x-number', 'x-empty', 'x-missing'])
    tagHeaders(span, tags, 'request', name => headers[name])
    assert.deepEqual(span.tags, {
      'http.request.headers.x-one': 'a',
      two: 'b,c',
      'http.request.headers.x-number': '0',
    })
  })

  it('finds headers that are only in the text of the head', () => {
    const message = new OutgoingMessage()
    message.setHeader('x-set', 'one')
    assert.equal(sentHeader(message, 'x-set'), 'one')
    assert.equal(sentHeader(message, 'x-text'), undefined)
    Object.assign(message, { _header: 'HTTP/1.1 200 OK\r\nX-Text: some text\r\nX-Last: 1\r\n\r\n' })
    assert.equal(sentHeader(message, 'x-text'), 'some text')
    assert.equal(sentHeader(message, 'x-last'), '1')
    assert.equal(sentHeader(message, 'text'), undefined)
  })
})
