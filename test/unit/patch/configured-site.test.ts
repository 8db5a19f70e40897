/** Integrations while the configuration changes: switched off, switched on, read again, and reported. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { configureLog } from '../../../src/core/log'
import { IntegrationState } from '../../../src/patch/state'
import type { Integration } from '../../../src/patch/types'
import { type Collector, collect } from '../../support/collect'

const state = (enabled = true) => new IntegrationState('sample', resolveConfig({}, {}), enabled)

describe('an integration that is paused', () => {
  test('is off, and on again afterwards', () => {
    const sample = state()
    sample.pause(true)
    assert.equal(sample.enabled, false)
    sample.pause(false)
    assert.equal(sample.enabled, true)
  })

  test('stays off afterwards if it was off before', () => {
    const sample = state(false)
    sample.pause(true)
    sample.pause(false)
    assert.equal(sample.enabled, false)
  })

  test('has the state afterwards that it was given while paused', () => {
    const [on, off] = [state(false), state()]
    for (const [sample, wanted] of [
      [on, true],
      [off, false],
    ] as const) {
      sample.pause(true)
      sample.configure(wanted)
      assert.equal(sample.enabled, false)
      sample.pause(false)
      assert.equal(sample.enabled, wanted)
    }
  })

  test('stays off afterwards if it has failed too often', () => {
    configureLog({ logLevel: 'off', debug: false })
    const sample = state()
    for (let count = 0; count < 10; count++) {
      assert.equal(sample.isBroken, false)
      sample.failed(new Error('on purpose'))
    }
    assert.equal(sample.isBroken, true)
    sample.pause(true)
    sample.pause(false)
    assert.equal(sample.enabled, false)
    sample.configure(true)
    assert.deepEqual([sample.enabled, sample.isBroken], [true, false])
  })
})

describe('the registry', () => {
  const sample: Integration = {
    name: 'sample',
    doc: '',
    targets: [{ module: 'node:punycode', patch() {} }],
  }
  const used: Integration = {
    name: 'used',
    doc: '',
    targets: [
      {
        module: 'querystring',
        patch(_exports, tools) {
          tools.state.onConfigure(() => tools.config.headerTags)
        },
      },
    ],
  }

  test('reports the integrations whose modules are in use', t => {
    require('node:querystring')
    const collector = collect([sample, used])
    t.after(() => collector.stop())
    const report = { name: 'used', version: process.versions.node, enabled: true, isBroken: false }
    assert.deepEqual(collector.registry.report(), [report])
    collector.registry.pause(true)
    assert.deepEqual(collector.registry.report(), [{ ...report, enabled: false }])
  })

  test('lets integrations read the configuration again, also if one of them throws', t => {
    require('node:querystring')
    configureLog({ logLevel: 'off', debug: false })
    const read: unknown[] = []
    const reader = (name: string, listener: () => void): Integration => ({
      name,
      doc: '',
      targets: [{ module: 'querystring', patch: (_exports, tools) => tools.state.onConfigure(listener) }],
    })
    let fails = false
    let collected: Collector | undefined
    const collector = collect([
      reader('failing', () => {
        if (fails) throw new Error('on purpose')
      }),
      reader('reading', () => read.push(collected?.config.headerTags)),
    ])
    t.after(() => collector.stop())
    collected = collector
    fails = true
    const live = collector.config as { headerTags: readonly string[] }
    live.headerTags = ['x']
    collector.registry.reread()
    assert.deepEqual(read.at(-1), ['x'])
  })
})
