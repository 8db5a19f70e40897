/** Files of APM_TRACING: what each field becomes, what is refused, and which file wins. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { merge, readTracing } from '../../../src/remote/apm-tracing'

const US = { service: 'Shop', env: 'prod' }
const read = (lib_config: object) => readTracing({ lib_config }, US)

describe('a field of lib_config', () => {
  const accepted: [field: object, values: object][] = [
    [{ tracing_enabled: false }, { enabled: false }],
    [{ tracing_enabled: 'true' }, { enabled: true }],
    [{ log_injection_enabled: 'false' }, { logInjection: false }],
    [{ tracing_sampling_rate: 0 }, { sampleRate: 0 }],
    [{ tracing_sampling_rate: 1 }, { sampleRate: 1 }],
    [{ tracing_sampling_rules: [] }, { samplingRules: [] }],
    [
      {
        tracing_sampling_rules: [
          { service: 'a', sample_rate: 0.5, provenance: 'dynamic', tags: [{ key: 'k', value_glob: 'v*' }] },
        ],
      },
      { samplingRules: [{ service: 'a', sample_rate: 0.5, provenance: 'dynamic', tags: { k: 'v*' } }] },
    ],
    [
      {
        tracing_header_tags: [
          { header: 'X-A', tag_name: 'a' },
          { header: 'b', tag_name: '' },
          { header: 'c' },
        ],
      },
      { headerTags: ['X-A:a', 'b', 'c'] },
    ],
    [{ tracing_tags: ['a:1', ' b : x:y ', 'c', ':d', '__proto__:e'] }, { tags: { a: '1', b: 'x:y', c: '' } }],
    [{ tracing_enabled: null, tracing_tags: null, tracing_sampling_rate: null }, {}],
    [{ library_language: 'all', something_new: 5 }, {}],
  ]
  for (const [field, values] of accepted) {
    test(`${JSON.stringify(field)} is read`, () => {
      assert.deepEqual(read(field).values, values)
    })
  }

  const refused: [field: object, why: RegExp][] = [
    [{ tracing_enabled: 1 }, /tracing_enabled is not true or false/],
    [{ log_injection_enabled: 'yes' }, /log_injection_enabled is not/],
    [{ tracing_sampling_rate: '0.5' }, /not a number between 0 and 1/],
    [{ tracing_sampling_rate: 1.01 }, /not a number between 0 and 1/],
    [{ tracing_sampling_rate: -0.01 }, /not a number between 0 and 1/],
    [{ tracing_sampling_rules: {} }, /tracing_sampling_rules is not a list/],
    [{ tracing_sampling_rules: [5] }, /entry of tracing_sampling_rules is not an object/],
    [{ tracing_sampling_rules: [{ service: 'a' }] }, /sample_rate is missing/],
    [{ tracing_sampling_rules: [{ sample_rate: 2 }] }, /not within 0 and 1/],
    [{ tracing_sampling_rules: [{ sample_rate: 1, tags: [{ key: 'a' }] }] }, /is not text/],
    [{ tracing_header_tags: ['x'] }, /is not an object/],
    [{ tracing_header_tags: [{ header: '' }] }, /is not text/],
    [{ tracing_tags: { a: 1 } }, /tracing_tags is not a list/],
    [{ tracing_tags: [5] }, /is not text/],
  ]
  for (const [field, why] of refused) {
    test(`${JSON.stringify(field)} makes the file unusable`, () => {
      assert.throws(() => read({ tracing_sampling_rate: 0.5, ...field }), why)
    })
  }

  for (const content of [
    null,
    5,
    'text',
    [],
    { lib_config: [] },
    { lib_config: 'x' },
    { service_target: 5 },
  ]) {
    test(`${JSON.stringify(content)} is refused`, () => {
      assert.throws(() => readTracing(content, US), /is not an object/)
    })
  }
})

describe('the target of a file', () => {
  const targets: [target: object, applies: boolean, rank: number][] = [
    [{}, true, 1],
    [{ service_target: null }, true, 1],
    [{ service_target: { service: '*', env: '*' } }, true, 1],
    [{ k8s_target_v2: { clusters: [] } }, true, 2],
    [{ service_target: { service: '*', env: 'prod' } }, true, 3],
    [{ service_target: { service: 'shop', env: '*' } }, true, 4],
    [{ service_target: { service: 'shop', env: 'PROD' } }, true, 5],
    [{ service_target: { service: 'shop', env: 'prod' }, k8s_target_v2: {} }, true, 5],
    [{ service_target: { service: 'other', env: 'prod' } }, false, 5],
    [{ service_target: { service: 'shop', env: 'test' } }, false, 5],
  ]
  for (const [target, applies, rank] of targets) {
    test(`${JSON.stringify(target)} ${applies ? 'applies' : 'does not apply'}, rank ${rank}`, () => {
      const file = readTracing({ ...target, lib_config: {} }, US)
      assert.deepEqual([file.applies, file.rank], [applies, rank])
    })
  }

  test('only * applies in an environment without a name', () => {
    const file = { service_target: { env: 'prod' } }
    assert.equal(readTracing(file, { service: 'shop', env: undefined }).applies, false)
  })
})

test('the most specific file wins, field by field, whatever their order', () => {
  const file = (rank: number, values: object, applies = true) => ({ rank, values, applies })
  const files = [
    file(5, { sampleRate: 0.5 }),
    file(1, { sampleRate: 0.1, logInjection: false, tags: { a: '1' } }),
    file(4, { sampleRate: 0.4, logInjection: true }),
    file(5, { sampleRate: 0.9 }, false),
  ]
  const merged = { sampleRate: 0.5, logInjection: true, tags: { a: '1' } }
  assert.deepEqual(merge(files), merged)
  assert.deepEqual(merge(files.toReversed()), merged)
})
