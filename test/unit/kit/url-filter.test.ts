/** Selection of the URLs to trace. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { urlFilter } from '../../../src/kit/web/url-filter'

const accepted = (options: Record<string, unknown>, urls: string[]) =>
  urls.filter(url => urlFilter(options)?.(url) ?? true)

describe('url filter', () => {
  it('is undefined when nothing is excluded', () => {
    for (const options of [{}, { allowlist: undefined }, { blocklist: null }, { filter: 'no function' }]) {
      assert.equal(urlFilter(options), undefined)
    }
  })

  it('accepts only URLs on the allowlist', () => {
    const options = { allowlist: ['/a', /^\/b/, (url: string) => url.endsWith('.js')] }
    assert.deepEqual(accepted(options, ['/a', '/a?x=1', '/ab', '/bc', '/c', '/c.js']), [
      '/a',
      '/a?x=1',
      '/bc',
      '/c.js',
    ])
    assert.deepEqual(accepted({ allowlist: [] }, ['/a']), [])
  })

  it('accepts all URLs but those on the blocklist, which wins', () => {
    const options = { allowlist: /^\/api/, blocklist: '/api/health' }
    assert.deepEqual(accepted(options, ['/api', '/api/health', '/api/health?x', '/api/healthy', '/x']), [
      '/api',
      '/api/healthy',
    ])
  })

  it('matches a text with its query literally', () => {
    assert.deepEqual(accepted({ blocklist: ['/a?x=1'] }, ['/a', '/a?x=1', '/a?x=2']), ['/a', '/a?x=2'])
  })

  it('lets filter decide alone', () => {
    const options = { filter: (url: string) => (url === '/yes' ? 1 : 0), blocklist: ['/yes'] }
    assert.deepEqual(accepted(options, ['/yes', '/no']), ['/yes'])
  })

  it('accepts expressions with the flag g, which remember where they matched', () => {
    const filter = urlFilter({ blocklist: /health/g })
    assert.deepEqual(
      [1, 2, 3].map(() => filter?.('/health')),
      [false, false, false],
    )
  })

  it('knows the older names and ignores what is no pattern', () => {
    assert.deepEqual(accepted({ blacklist: ['/a', 7, null] }, ['/a', '/b']), ['/b'])
    assert.deepEqual(accepted({ whitelist: ['/a'] }, ['/a', '/b']), ['/a'])
  })
})
