/** Patches modules of Node.js: flags, names, and that all is undone. */

import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import * as http from 'node:http'
import type * as https from 'node:https'
import { describe, it } from 'node:test'
import integration from '../../../integrations/http/index'
import { isPatched } from '../../../src/patch/wrap'
import { collect } from '../../support/collect'

const modules = { http: require('node:http'), https: require('node:https') } as {
  http: typeof http
  https: typeof https
}

const owners = (): [object, string][] => [
  [modules.http, 'request'],
  [modules.http, 'get'],
  [modules.https, 'request'],
  [modules.https, 'get'],
  [modules.http.Server.prototype, 'emit'],
  [modules.https.Server.prototype, 'emit'],
  [modules.http.ServerResponse.prototype, 'emit'],
  [modules.http.IncomingMessage.prototype, 'emit'],
  [modules.http.ClientRequest.prototype, 'emit'],
]

const read = ([owner, name]: [object, string]) =>
  (owner as Record<string, (...args: unknown[]) => unknown>)[name]

describe('patched modules of Node.js', () => {
  it('look unchanged except for the flag, and are restored afterwards', () => {
    const originals = owners().map(read)
    const descriptors = () =>
      [modules.http, modules.https, ...owners().map(([owner]) => owner)].map(owner =>
        Object.getOwnPropertyNames(owner),
      )
    const before = descriptors()
    const collector = collect([integration])
    for (const [at, owner] of owners().entries()) {
      const wrapper = read(owner)
      assert.notEqual(wrapper, originals[at], owner[1])
      assert.ok(isPatched(wrapper))
      assert.equal(wrapper.name, originals[at].name)
      assert.equal(wrapper.length, originals[at].length)
    }
    assert.ok(isPatched(modules.http) && isPatched(modules.https))
    assert.deepEqual(Object.keys(modules.http).includes('__datadog_patch'), false)
    collector.stop()
    for (const [at, owner] of owners().entries()) assert.equal(read(owner), originals[at])
    assert.deepEqual(descriptors(), before)
  })

  it('have the patched functions as named imports', async () => {
    const before = (await import('node:http')).request
    const collector = collect([integration])
    const { request, get } = await import('node:http')
    assert.ok(isPatched(request) && isPatched(get))
    collector.stop()
    assert.equal((await import('node:http')).request, before)
  })

  it('call functions that others put into EventEmitter later, as the module domain does', () => {
    const collector = collect([integration])
    const { emit } = EventEmitter.prototype
    const events: unknown[] = []
    EventEmitter.prototype.emit = function (this: EventEmitter, event: string | symbol, ...args: unknown[]) {
      events.push(event)
      return Reflect.apply(emit, this, [event, ...args])
    }
    http.createServer().emit('listening')
    EventEmitter.prototype.emit = emit
    assert.deepEqual(events, ['listening'])
    collector.stop()
  })
})
