/** The client's side of the protocol: what it believes, what it holds, and what it says. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RemoteClient } from '../../../src/remote/client'
import { capabilities, encodeBits } from '../../../src/remote/protocol'
import { catchLog } from '../../support/log-lines'
import { type ClientRequest, encode, remoteBody, tracingPath } from '../../support/remote'

const A = tracingPath('a')
const B = tracingPath('b')

function start() {
  const seen: object[] = []
  const tracer = {
    runtime_id: 'id',
    language: 'node' as const,
    tracer_version: '1.2.3',
    service: 'shop',
    env: 'prod',
    app_version: '4',
    tags: ['team:a'],
    extra_services: [],
  }
  const client = new RemoteClient(tracer, values => seen.push(values))
  const says = (): ClientRequest => JSON.parse(client.request())
  const states = () =>
    says().client.state.config_states.map(each => [each.id, each.version, each.apply_state])
  return { client, tracer, seen, says, states }
}

const rate = (tracing_sampling_rate: number) => ({ lib_config: { tracing_sampling_rate } })

describe('a client of remote configuration', () => {
  test('reports its identity and its capabilities', () => {
    const { says, tracer } = start()
    const { client, cached_target_files } = says()
    assert.deepEqual(client.products, ['APM_TRACING'])
    assert.equal(client.is_tracer, true)
    assert.deepEqual(client.client_tracer, tracer)
    assert.match(client.id, /^[0-9a-f-]{36}$/)
    assert.deepEqual(client.state, {
      root_version: 1,
      targets_version: 0,
      config_states: [],
      has_error: false,
      error: '',
      backend_client_state: '',
    })
    assert.deepEqual(cached_target_files, [])
  })

  test('names its capabilities by big-endian bits', () => {
    const bits = BigInt(`0x${Buffer.from(capabilities, 'base64').toString('hex')}`)
    const set = Array.from({ length: 64 }, (_, bit) => bit).filter(bit => (bits >> BigInt(bit)) & 1n)
    assert.deepEqual(set, [12, 13, 14, 15, 19, 29, 45])
    assert.equal(encodeBits([0]), Buffer.from([1]).toString('base64'))
    assert.equal(encodeBits([8, 1]), Buffer.from([1, 2]).toString('base64'))
  })

  test('takes a file and its next version, and drops the file when it is withdrawn', () => {
    const { client, seen, says, states } = start()
    client.receive(remoteBody({ [A]: rate(0.5) }, 7))
    assert.deepEqual(seen, [{ sampleRate: 0.5 }])
    assert.deepEqual(states(), [['a', 7, 2]])
    const { state } = says().client
    assert.equal(state.targets_version, 7)
    assert.equal(state.backend_client_state, 'backend-7')
    const [cached] = says().cached_target_files
    assert.equal(cached.path, A)
    assert.equal(cached.length, JSON.stringify(rate(0.5)).length)
    assert.match(cached.hashes[0].hash, /^[0-9a-f]{64}$/)

    client.receive(remoteBody({ [A]: rate(0.6) }, 8, says()))
    client.receive(remoteBody({}, 9, says()))
    assert.deepEqual(seen, [{ sampleRate: 0.5 }, { sampleRate: 0.6 }, {}])
    assert.deepEqual(states(), [])
  })

  test('keeps unchanged files, and does not request them again', () => {
    const { client, seen, says, states } = start()
    client.receive(remoteBody({ [A]: rate(0.5) }, 7))
    const next = remoteBody({ [A]: rate(0.5) }, 8, says())
    assert.deepEqual(JSON.parse(next).target_files, [])
    client.receive(next)
    client.receive('{}')
    assert.equal(seen.length, 1)
    assert.deepEqual(states(), [['a', 8, 2]])
  })

  test('merges several files; a field that the most specific one lacks comes from the others', () => {
    const { client, seen, says } = start()
    const mine = { service_target: { service: 'shop', env: 'prod' }, ...rate(0.9) }
    client.receive(remoteBody({ [A]: rate(0.1), [B]: mine }, 1))
    client.receive(remoteBody({ [A]: rate(0.1) }, 2, says()))
    assert.deepEqual(seen, [{ sampleRate: 0.9 }, { sampleRate: 0.1 }])
  })

  test('acknowledges a file for another service, and does not use it', () => {
    const { client, seen, states } = start()
    client.receive(remoteBody({ [A]: { service_target: { service: 'other' }, ...rate(0.1) } }, 1))
    assert.deepEqual([seen, states()], [[{}], [['a', 1, 2]]])
  })

  test('leaves other products unacknowledged', () => {
    const { client, seen, states } = start()
    client.receive(remoteBody({ 'employee/ASM_DD/x/rules': 'not JSON', [A]: rate(0.1) }, 1))
    assert.deepEqual(seen, [{ sampleRate: 0.1 }])
    assert.deepEqual(states(), [
      ['x', 1, 1],
      ['a', 1, 2],
    ])
  })

  for (const [what, content, error] of [
    ['not JSON', '{', /not JSON/],
    ['no object', '[]', /not an object/],
    ['a value out of range', rate(2), /between 0 and 1/],
  ] as const) {
    test(`refuses a file with ${what}, says why, and uses the others`, t => {
      const lines = catchLog('warn')
      t.after(() => catchLog('off'))
      const { client, seen, says, states } = start()
      client.receive(remoteBody({ [A]: content, [B]: rate(0.1) }, 1))
      assert.deepEqual(seen, [{ sampleRate: 0.1 }])
      assert.deepEqual(states(), [
        ['a', 1, 3],
        ['b', 1, 2],
      ])
      assert.match(says().client.state.config_states[0].apply_error, error)
      assert.equal(says().client.state.has_error, false)
      assert.equal(lines.length, 1)
    })
  }
})

describe('an answer that cannot be used changes nothing and is reported', () => {
  const good = JSON.parse(remoteBody({ [A]: rate(0.7) }, 2))
  const signed = JSON.parse(Buffer.from(good.targets, 'base64').toString()).signed
  const target = signed.targets[A]
  const withTarget = (changes: object) => ({
    ...good,
    targets: encode({ signed: { ...signed, targets: { [A]: { ...target, ...changes } } } }),
  })
  const [{ raw }] = good.target_files
  const bad: [what: string, answer: unknown, error: RegExp][] = [
    ['text', 'no JSON', /the answer is not JSON/],
    ['a list', [], /the answer is not an object/],
    ['targets that are no text', { ...good, targets: 5 }, /targets is not text/],
    ['targets that are no JSON', { ...good, targets: 'eA==' }, /targets is not JSON/],
    ['no signed part', { ...good, targets: encode({}) }, /targets.signed is not an object/],
    [
      'no version',
      { ...good, targets: encode({ signed: { targets: {} } }), client_configs: [] },
      /version is not/,
    ],
    ['another hash', withTarget({ hashes: { sha256: '0'.repeat(64) } }), /does not have the hash/],
    ['no hash', withTarget({ hashes: {} }), /has no sha256/],
    ['one byte too few', withTarget({ length: target.length + 1 }), /has \d+ bytes, not \d+/],
    ['one byte too many', withTarget({ length: target.length - 1 }), /has \d+ bytes, not \d+/],
    [
      'another content',
      { ...good, target_files: [{ path: A, raw: `AAAA${raw.slice(4)}` }] },
      /does not have the hash/,
    ],
    ['no content', { ...good, target_files: [] }, /was not sent along/],
    ['an unlisted file', { ...good, client_configs: [B] }, /is not among the targets/],
    ['a file from the prototype', { ...good, client_configs: ['employee/a/b/constructor'] }, /not among/],
    ['a strange path', { ...good, client_configs: ['/etc/passwd'] }, /is not the path/],
    ['a path that is no text', { ...good, client_configs: [5] }, /is not the path/],
    ['files that are no list', { ...good, target_files: {} }, /target_files is not a list/],
  ]
  for (const [what, answer, error] of bad) {
    test(what, t => {
      catchLog('off')
      t.after(() => catchLog('off'))
      const { client, seen, says } = start()
      client.receive(remoteBody({ [A]: rate(0.5) }, 1))
      const before = says().client.state
      client.receive(typeof answer === 'string' ? answer : JSON.stringify(answer))
      assert.deepEqual(seen, [{ sampleRate: 0.5 }])
      const { has_error, error: text, ...rest } = says().client.state
      assert.equal(has_error, true)
      assert.match(text, error)
      assert.deepEqual({ ...rest, has_error: false, error: '' }, before)
      client.receive(JSON.stringify(good))
      assert.equal(says().client.state.has_error, false)
      assert.deepEqual(seen, [{ sampleRate: 0.5 }, { sampleRate: 0.7 }])
    })
  }
})
