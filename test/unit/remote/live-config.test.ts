/** Values of the agent over those from the start. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { LIVE_ROWS, LiveConfig } from '../../../src/remote/live-config'

test('lays values over the configuration, returns what changed, and takes the values back', () => {
  const config = resolveConfig({ headerTags: ['a'] }, { DD_TRACE_SAMPLE_RATE: '0.3', DD_TAGS: 'a:1' })
  const before = structuredClone(LIVE_ROWS.map(row => [config[row], config.origins[row]]))
  const live = new LiveConfig(config)
  assert.deepEqual([...live.override({ sampleRate: 0.5, tags: { b: '2' } })], ['sampleRate', 'tags'])
  assert.deepEqual([config.sampleRate, config.tags, config.headerTags], [0.5, { b: '2' }, ['a']])
  assert.equal(config.origins.sampleRate, 'remote_config')
  assert.deepEqual([...live.override({ sampleRate: 0.5, tags: { b: '2' } })], [])
  assert.deepEqual([...live.override({ tags: { b: '2' }, headerTags: ['a'] })], ['sampleRate', 'headerTags'])
  assert.deepEqual([config.sampleRate, config.origins.sampleRate], [0.3, 'env_var'])
  assert.deepEqual([...live.override({})], ['headerTags', 'tags'])
  assert.deepEqual(
    LIVE_ROWS.map(row => [config[row], config.origins[row]]),
    before,
  )
})

test('takes values that are false or 0', () => {
  const config = resolveConfig({}, { DD_TRACE_SAMPLE_RATE: '1' })
  new LiveConfig(config).override({ sampleRate: 0, enabled: false, logInjection: false })
  assert.deepEqual([config.sampleRate, config.enabled, config.logInjection], [0, false, false])
})
