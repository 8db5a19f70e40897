/** Tags of the process, by what was configured. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveConfig } from '../../../../src/core/config/resolve'
import { commonTags } from '../../../../src/export/encode/common-tags'

test('git metadata without credentials, unless it is switched off', () => {
  const env = { DD_GIT_COMMIT_SHA: 'abc', DD_GIT_REPOSITORY_URL: 'https://me:secret@host.invalid/x.git' }
  const { chunkMeta } = commonTags(resolveConfig({}, env))
  assert.equal(chunkMeta['_dd.git.commit.sha'], 'abc')
  assert.equal(chunkMeta['_dd.git.repository_url'], 'https://host.invalid/x.git')
  const off = commonTags(resolveConfig({}, { ...env, DD_TRACE_GIT_METADATA_ENABLED: 'false' }))
  assert.deepEqual(Object.keys(off.chunkMeta), ['_dd.tags.process'])
})
