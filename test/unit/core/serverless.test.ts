/** Programs that run as a serverless function, by the variables that platforms set. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isServerless } from '../../../src/core/serverless'

for (const [env, expected] of [
  [{}, false],
  [{ AWS_LAMBDA_FUNCTION_NAME: 'f' }, true],
  [{ AWS_LAMBDA_FUNCTION_NAME: '' }, false],
  [{ K_SERVICE: 's' }, false],
  [{ K_SERVICE: 's', FUNCTION_TARGET: 't' }, true],
  [{ FUNCTION_NAME: 'f', GCP_PROJECT: 'p' }, true],
  [{ FUNCTIONS_EXTENSION_VERSION: '4', FUNCTIONS_WORKER_RUNTIME: 'node' }, true],
  [{ FUNCTIONS_WORKER_RUNTIME: 'node' }, false],
] as [Record<string, string>, boolean][]) {
  test(`${JSON.stringify(env)} is ${expected ? 'a' : 'no'} serverless function`, () => {
    assert.equal(isServerless(env), expected)
  })
}
