/** URLs of HTTP/2 requests. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originOf, targetUrl, urlOf } from './url'

test('the URL of a request that arrived is put together from its pseudo-headers', () => {
  for (const [headers, url] of [
    [{ ':scheme': 'http', ':authority': 'a:1', ':path': '/b?c' }, 'http://a:1/b?c'],
    [{ ':scheme': 'https', host: 'a', ':path': '/' }, 'https://a/'],
    [{ ':scheme': 'https', ':path': '/' }, 'https://localhost/'],
    [{ ':authority': 'user:word@a:1' }, 'https://a:1'],
  ] as const) {
    assert.equal(urlOf(headers), url)
  }
})

test('the target of a session is what Node makes of the arguments of connect', () => {
  for (const [authority, options, origin] of [
    ['http://a', undefined, { scheme: 'http', host: 'a', port: 80 }],
    ['https://a:8443/path', undefined, { scheme: 'https', host: 'a', port: 8443 }],
    [new URL('https://[::1]'), undefined, { scheme: 'https', host: '::1', port: 443 }],
    [{ hostname: 'a', port: '90' }, { protocol: 'http:' }, { scheme: 'http', host: 'a', port: 90 }],
    [{ host: 'a' }, undefined, { scheme: 'https', host: 'a', port: 443 }],
    [{}, undefined, { scheme: 'https', host: 'localhost', port: 443 }],
  ] as const) {
    assert.deepEqual(originOf(authority, options), origin)
  }
})

test('the URL of a request that is sent has neither query nor credentials', () => {
  const origin = { scheme: 'https', host: '::1', port: 443 }
  for (const [headers, url] of [
    [{}, 'https://[::1]/'],
    [{ ':path': '/a?b#c', ':authority': 'user@b:1' }, 'https://b:1/a'],
    [{ ':scheme': 'http' }, 'http://[::1]:443/'],
    [{ ':method': 'CONNECT', ':authority': 'b:1' }, 'https://b:1'],
  ] as [Record<string, string>, string][]) {
    assert.equal(
      targetUrl(origin, name => headers[name]),
      url,
    )
  }
})
