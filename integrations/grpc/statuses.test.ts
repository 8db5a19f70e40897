/** Settings that say which status codes are errors. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { resolveConfig } from '../../src/core/config/resolve'
import type { PatchTools } from '../../src/kit/index'
import { optionsOf } from './options'
import { codeOf, parseCodes } from './statuses'

it('reads codes and ranges, also reversed ones', () => {
  assert.deepEqual([...(parseCodes('4-2, 14') as Set<number>)], [2, 3, 4, 14])
})

it('refuses a text with a part that is no code', () => {
  for (const text of ['', 'a', '1,', '1-', '100']) assert.equal(parseCodes(text), undefined)
})

it('takes the code of an error, and UNKNOWN for what has none', () => {
  assert.deepEqual([{ code: 5 }, { code: 'ENOENT' }, new Error('a'), undefined].map(codeOf), [5, 2, 2, 2])
})

it('takes the codes of each side from its setting, and the default for one that cannot be read', () => {
  const codes = (side: 'client' | 'server', env: Record<string, string>) => [
    ...optionsOf({ config: resolveConfig({}, env), state: { options: {} } } as PatchTools, side).errorCodes,
  ]
  const env = { DD_GRPC_CLIENT_ERROR_STATUSES: '1,3', DD_GRPC_SERVER_ERROR_STATUSES: 'all' }
  assert.deepEqual(codes('client', env), [1, 3])
  assert.equal(codes('server', env).length, 15)
  assert.equal(codes('client', {}).length, 16)
})
