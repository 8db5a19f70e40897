import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { runtimeId } from '../../../src/core/runtime-id'
import { eventOf } from '../../../src/profiling/event'
import type { ProfileSet } from '../../../src/profiling/types'

const FACTS = {
  tracerVersion: '1.2.3',
  activation: 'manual',
  engine: 'native',
  types: ['wall'],
  isContextFrame: true,
  labelKeys: ['tenant'],
} as const

const SET: ProfileSet = {
  files: {},
  startMs: Date.UTC(2026, 7, 1, 10),
  endMs: Date.UTC(2026, 7, 1, 10, 1, 5),
  snapshot: 'periodic',
  number: 3,
  endpointCounts: { 'GET /users/:id': 42 },
  missesSourceMaps: false,
}

// biome-ignore lint/suspicious/noExplicitAny: a document that is looked into
const eventFor = (env: Record<string, string>): any =>
  JSON.parse(JSON.stringify(eventOf(resolveConfig({}, env), FACTS, SET, ['wall.pprof'])))

test('the event has the service, the tags and the times of the profiles', () => {
  const event = eventFor({ DD_SERVICE: 'shop', DD_ENV: 'prod', DD_VERSION: '2.0.0', DD_TAGS: 'team:core' })
  assert.deepEqual(event.attachments, ['wall.pprof'])
  assert.deepEqual([event.start, event.end], ['2026-08-01T10:00:00.000Z', '2026-08-01T10:01:05.000Z'])
  assert.deepEqual([event.family, event.version], ['node', '4'])
  assert.deepEqual(event.endpoint_counts, { 'GET /users/:id': 42 })
  assert.deepEqual(event.custom_attributes, ['tenant'])
  const tags = event.tags_profiler.split(',')
  for (const tag of [
    'language:javascript',
    'runtime:nodejs',
    `runtime_version:${process.version}`,
    'service:shop',
    'env:prod',
    'version:2.0.0',
    'team:core',
    `runtime-id:${runtimeId}`,
    `process_id:${process.pid}`,
    'profiler_version:1.2.3',
    'format:pprof',
    'snapshot:periodic',
    'profile_seq:3',
  ])
    assert.ok(tags.includes(tag), tag)
  assert.ok(!tags.some((tag: string) => tag.startsWith('host:')))
  assert.deepEqual(event.info.application.service, 'shop')
  assert.equal(event.info.profiler.settings.heapSamplingInterval, 524_288)
  assert.equal(event.info.runtime.version, process.versions.node)
})

test('a comma in a tag does not begin another tag, and a git URL loses its password', () => {
  const event = eventFor({
    DD_SERVICE: 'shop,env:stolen',
    DD_GIT_REPOSITORY_URL: 'https://user:secret@example.com/shop.git',
    DD_GIT_COMMIT_SHA: '0123456789012345678901234567890123456789',
  })
  const tags = event.tags_profiler.split(',')
  assert.ok(tags.includes('service:shop_env:stolen'))
  assert.ok(tags.includes('git.repository_url:https://example.com/shop.git'))
  assert.ok(!event.tags_profiler.includes('secret'))
})
