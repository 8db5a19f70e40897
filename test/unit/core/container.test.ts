/** Container headers, made from cgroup files of real container runtimes. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { containerHeaders } from '../../../src/core/container'

const DOCKER = '3726184226f5d3147c25fdeab5b60097e378e8a720503a5e19ecfdf29f869860'

function headersOf(cgroup: string, inodes: Record<string, number> = {}, externalEnv?: string) {
  return containerHeaders(externalEnv, {
    read: path => {
      assert.equal(path, '/proc/self/cgroup')
      return cgroup
    },
    inode: path => {
      if (inodes[path] === undefined) throw new Error('ENOENT')
      return inodes[path]
    },
  })
}

describe('containerHeaders', () => {
  for (const [name, cgroup, id] of [
    ['docker', `13:name=systemd:/docker/${DOCKER}\n12:pids:/docker/${DOCKER}\n`, DOCKER],
    [
      'kubernetes',
      `11:perf_event:/kubepods/besteffort/pod3d274242-8ee0-11e9-a8a6-1e68d864ef1a/${DOCKER}`,
      DOCKER,
    ],
    ['systemd scopes', `1:name=systemd:/kubepods.slice/cri-containerd-${DOCKER}.scope`, DOCKER],
    [
      'fargate',
      '1:name=systemd:/ecs/55091c13-b8cf-4801-b527-f4601742204d/432624d2150b349fe35ba397284dea788c2bf66b885d14dfc1569b01890ca7da',
      '432624d2150b349fe35ba397284dea788c2bf66b885d14dfc1569b01890ca7da',
    ],
    [
      'fargate 1.4',
      '1:name=systemd:/ecs/34dc0b5e626f2c5c4c5170e34b10e765-1234567890',
      '34dc0b5e626f2c5c4c5170e34b10e765-1234567890',
    ],
    [
      'cloud foundry',
      '1:name=systemd:/system.slice/garden.service/garden/6f265890-5165-7fab-6b52-18d1',
      undefined,
    ],
    [
      'garden',
      '1:name=systemd:/garden/6f265890-5165-7fab-6b52-18d112345678',
      '6f265890-5165-7fab-6b52-18d112345678',
    ],
    ['a second line', `2:cpu:/\n1:name=systemd:/docker/${DOCKER}`, DOCKER],
  ] as const) {
    test(`finds the id of ${name}`, () => {
      const headers = headersOf(cgroup)
      assert.equal(headers['Datadog-Container-ID'], id)
      assert.equal(headers['Datadog-Entity-ID'], id === undefined ? undefined : `ci-${id}`)
    })
  }

  test('sends the inode where there is no id', () => {
    const inodes = { '/sys/fs/cgroup/system.slice/x.service': 4711 }
    assert.deepEqual(headersOf('0::/system.slice/x.service\n', inodes), { 'Datadog-Entity-ID': 'in-4711' })
    assert.deepEqual(headersOf('0::/\n', { '/sys/fs/cgroup/': 3 }), { 'Datadog-Entity-ID': 'in-3' })
  })

  test('sends nothing from outside a container', () => {
    assert.deepEqual(headersOf('0::/\n', { '/sys/fs/cgroup/': 2 }), {})
    assert.deepEqual(headersOf('0::/gone\n'), {})
    assert.deepEqual(headersOf(''), {})
  })

  test('sends the text of DD_EXTERNAL_ENV as it is, unless a header cannot hold it', () => {
    const external = 'it-false,cn-nginx-webserver,pu-75a2b6d5-3949-4afb-ad0d-92ff0674e759'
    assert.deepEqual(headersOf('', {}, external), { 'Datadog-External-Env': external })
    assert.deepEqual(headersOf('', {}, 'a\r\nb: c'), {})
    assert.deepEqual(headersOf('', {}, ''), {})
  })

  test('reads the files of this system without throwing', () => {
    assert.equal(typeof containerHeaders(), 'object')
  })
})
