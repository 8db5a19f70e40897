/** The path of a request with its variable parts replaced. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { simplifyPath } from '../../../src/kit/web/endpoint'
import { endsByItself } from '../../support/ends-by-itself'

const TABLE: [string, string][] = [
  ['', '/'],
  ['/', '/'],
  ['//', '/'],
  ['/?a=1', '/'],
  ['/users', '/users'],
  ['/users/', '/users'],
  ['//users//all', '/users/all'],
  ['/users/42?x=1', '/users/{param:int}'],
  ['/users/4', '/users/4'],
  ['/users/10', '/users/{param:int}'],
  ['/users/042', '/users/{param:int_id}'],
  ['/users/1-2', '/users/{param:int_id}'],
  ['/users/1.', '/users/1.'],
  ['/v1.2.3', '/v1.2.3'],
  ['/1.2.3', '/{param:int_id}'],
  ['/users/---', '/users/---'],
  ['/users/abc123', '/users/{param:hex}'],
  ['/users/ABCDEF', '/users/ABCDEF'],
  ['/users/abc12', '/users/abc12'],
  ['/users/abc-123', '/users/{param:hex_id}'],
  ['/users/0b2c7c0e-5d9c-4f7a-9a52-2c1c3f7f0a01', '/users/{param:hex_id}'],
  ['/users/nineteen-characters', '/users/nineteen-characters'],
  ['/users/exactly-twenty-chars', '/users/{param:str}'],
  ['/users/john@example', '/users/{param:str}'],
  ['/users/a%20b', '/users/{param:str}'],
  ['/a/b/c/d/e/f/g/h/i', '/a/b/c/d/e/f/g/h'],
]

describe('http.endpoint', () => {
  for (const [path, expected] of TABLE) {
    it(`makes '${expected}' of '${path}'`, () => assert.equal(simplifyPath(path), expected))
  }

  it('comes to an end with a hostile path of two million characters', () => {
    const path = `/${'1-'.repeat(1_000_000)}x`
    assert.equal(
      endsByItself(() => simplifyPath(path)),
      '/{param:str}',
    )
  })
})
