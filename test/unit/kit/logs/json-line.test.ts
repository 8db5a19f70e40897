/** Lines of JSON that get one more property. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withDd } from '../../../../src/kit/logs/json-line'

describe('withDd', () => {
  it('puts it at the end, whatever ends the line', () => {
    assert.equal(withDd('{"a":1}', '7'), '{"a":1,"dd":7}')
    assert.equal(withDd('{"a":1}\n', '7'), '{"a":1,"dd":7}\n')
    assert.equal(withDd('{"a":1}\r\n', '7'), '{"a":1,"dd":7}\r\n')
    assert.equal(withDd('{}\n', '7'), '{"dd":7}\n')
  })

  it('leaves a line with a dd of its own, and what is no object', () => {
    for (const line of ['{"dd":1}\n', '{"a":1,"dd":null}', '[1]\n', 'text', '', '{', '}', '{"a":1'])
      assert.equal(withDd(line, '7'), line)
  })

  it('is not misled by a dd deeper inside, or in a text', () => {
    assert.equal(withDd('{"a":{"dd":1}}', '7'), '{"a":{"dd":1},"dd":7}')
    assert.equal(withDd('{"a":"\\"dd\\":1"}', '7'), '{"a":"\\"dd\\":1","dd":7}')
  })
})
