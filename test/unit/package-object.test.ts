import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as whole from '../../src/index'

test('the package has whatever the tracer has, and names what is loaded at once', () => {
  const exported = whole as unknown as Record<string, unknown>
  const tracer = whole.tracer as unknown as Record<string, unknown>
  for (const name of Object.keys(tracer)) assert.equal(exported[name], tracer[name], name)
  const named = new Set(Object.keys(whole))
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(whole.tracer)))
    assert.equal(named.has(name), get === undefined, name)
})
