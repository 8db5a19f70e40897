/** Obfuscation of secrets in queries. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { queryObfuscator } from '../../../src/kit/web/query'
import { endsByItself } from '../../support/ends-by-itself'

const hide = queryObfuscator(undefined)
const TOKEN = `${'a'.repeat(36)}`
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'

describe('secrets in a query', () => {
  const hidden: [string, string][] = [
    ['password=hunter2', '<redacted>'],
    ['PassWord=hunter2', '<redacted>'],
    ['old_password=a&b=c', '<redacted>&b=c'],
    ['new-pwd=a', '<redacted>'],
    ['passphrase=a', '<redacted>'],
    ['pass1=a', '<redacted>'],
    ['a=1&secret=x&b=2', 'a=1&<redacted>&b=2'],
    ['api_key=x', '<redacted>'],
    ['apikey=x', '<redacted>'],
    ['access_key_id=x', '<redacted>'],
    ['client_secret=x', 'client_<redacted>'],
    ['token=x', '<redacted>'],
    ['token%3Dx', '<redacted>'],
    ['consumer_key=x', '<redacted>'],
    ['signature=x', '<redacted>'],
    ['sign=x', '<redacted>'],
    ['authorization=x', '<redacted>'],
    ['auth=x', '<redacted>'],
    ['json={"password":"hunter2"}', 'json={"<redacted>}'],
    ['json=%7B%22token%22%3A%22abc%22%7D', 'json=%7B%22<redacted>%7D'],
    ['h=Bearer%20abc.def', 'h=<redacted>'],
    ['h=bearer+abc', 'h=<redacted>'],
    ['x=token:abcdefghijklm', 'x=<redacted>'],
    [`x=ghp_${TOKEN}`, 'x=<redacted>'],
    [`x=${JWT}`, 'x=<redacted>'],
    ['x=-----BEGIN%20PRIVATE%20KEY-----abc-----END%20PRIVATE%20KEY-----', 'x=<redacted>'],
    [`x=ssh-rsa%20${'A'.repeat(100)}`, 'x=<redacted>'],
  ]
  for (const [query, expected] of hidden) {
    it(`hides ${query.slice(0, 40)}`, () => assert.equal(hide(`/a?${query}`), `/a?${expected}`))
  }

  it('keeps what is no secret', () => {
    for (const url of ['/a', '/password=x', '/a?', '/a?page=2&sort=name', '/a?passenger=ada', '/a?ghp_short'])
      assert.equal(hide(url), url)
  })

  it('drops the part of a long query that it does not search for secrets', () => {
    const url = hide(`/a?${'x=1&'.repeat(1024)}password=hunter2`)
    assert.equal(url.length, '/a?'.length + 4096)
  })

  it('replaces every match of an expression, whatever its flags', () => {
    assert.equal(queryObfuscator('a=\\d')('/a=1?a=1&A=2'), '/a=1?<redacted>&<redacted>')
    assert.equal(queryObfuscator(/a=\d/)('/x?a=1&a=2'), '/x?<redacted>&<redacted>')
  })

  it('drops or keeps the query', () => {
    for (const drop of ['.*', true]) assert.equal(queryObfuscator(drop)('/a?password=x'), '/a')
    for (const keep of ['', false]) assert.equal(queryObfuscator(keep)('/a?password=x'), '/a?password=x')
  })

  it('hides secrets by the default expression when that of the setting does not compile', () => {
    assert.equal(queryObfuscator('(')('/a?password=x'), '/a?<redacted>')
  })

  it('comes to an end with hostile queries', () => {
    const hostile = [
      'password'.repeat(512),
      'password%'.repeat(500),
      `password${'%20'.repeat(1300)}`,
      `"password":"${'%"'.repeat(2000)}`,
      `password%3A%22${'%2'.repeat(2000)}`,
      `ey${'I'.repeat(4000)}`,
      'eyI.'.repeat(1000),
      `-----BEGIN${'%20'.repeat(1300)}`,
      `-----BEGIN PRIVATE KEY-----${'-'.repeat(4000)}`,
      '-----BEGIN PRIVATE KEY-----'.repeat(150),
      `ssh-rsa ${'%2F'.repeat(1300)}`,
      `ssh-rsa ${'a'.repeat(99)}`.repeat(35),
      'old_new_old_new_pass_phrase_'.repeat(140),
      'secret_key_id'.repeat(300),
      `bearer ${'.'.repeat(4000)}`,
    ]
    for (const text of hostile) {
      // 0.01 to 0.12 ms each when this was written; backtracking over the whole text takes more than 30 ms.
      endsByItself(() => {
        for (let count = 0; count < 1000; count++) hide(`/?${text}`)
      })
    }
  })
})
