/** Wraps a function so that the wrapper looks like the original. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { type AnyFunction, isPatched, PATCH_FLAG, wrap } from '../../../src/patch/wrap'

/** Calls the original and adds one. */
const plusOne = (original: AnyFunction): AnyFunction =>
  function (this: unknown) {
    return (Reflect.apply(original, this, arguments) as number) + 1
  }

describe('wrap', () => {
  it('replaces a function, which is called with its this and arguments', () => {
    const owner = {
      base: 10,
      add(first: number, second: number) {
        return this.base + first + second
      },
    }
    assert.ok(wrap(owner, 'add', plusOne))
    assert.equal(owner.add(1, 2), 14)
  })

  it('keeps name, length, properties and prototype', () => {
    class Parent {}
    const special = Symbol('special')
    const inner = Object.assign(
      function inner(_a: unknown, _b: unknown) {
        return 1
      },
      { extra: 1, [special]: 2, [promisify.custom]: () => Promise.resolve(3) },
    )
    Object.setPrototypeOf(inner, Parent)
    const owner = { inner }
    wrap(owner, 'inner', plusOne)
    assert.notEqual(owner.inner, inner)
    assert.equal(owner.inner.name, 'inner')
    assert.equal(owner.inner.length, 2)
    assert.equal(owner.inner.extra, 1)
    assert.equal(owner.inner[special], 2)
    assert.equal(owner.inner.prototype, inner.prototype)
    assert.equal(Object.getPrototypeOf(owner.inner), Parent)
    assert.deepEqual(Object.keys(owner.inner), ['extra'])
  })

  it('marks the wrapper with a flag that is not enumerable', () => {
    const owner = { call: () => 1 }
    const original = owner.call
    wrap(owner, 'call', plusOne)
    assert.ok(isPatched(owner.call))
    assert.ok(!isPatched(original))
    assert.deepEqual(Object.getOwnPropertyDescriptor(owner.call, PATCH_FLAG), {
      value: true,
      configurable: true,
      enumerable: false,
      writable: true,
    })
  })

  it('wraps a function only once', () => {
    const owner = { call: () => 1 }
    assert.ok(wrap(owner, 'call', plusOne))
    assert.equal(wrap(owner, 'call', plusOne), undefined)
    assert.equal(owner.call(), 2)
    const other = { call: owner.call }
    assert.equal(wrap(other, 'call', plusOne), undefined)
  })

  it('wraps an inherited method, also one that is wrapped on the parent', () => {
    class Parent {
      call(): number {
        return 1
      }
    }
    class Child extends Parent {}
    wrap(Parent.prototype, 'call', plusOne)
    const undo = wrap(Child.prototype, 'call', plusOne)
    assert.equal(new Child().call(), 3)
    assert.equal(new Parent().call(), 2)
    undo?.()
    assert.equal(new Child().call(), 2)
    assert.ok(!Object.hasOwn(Child.prototype, 'call'))
  })

  it('keeps whether the property is enumerable', () => {
    class Library {
      hidden(): number {
        return 1
      }
    }
    const open = { shown: () => 1 }
    wrap(Library.prototype, 'hidden', plusOne)
    wrap(open, 'shown', plusOne)
    assert.deepEqual(Object.keys(Library.prototype), [])
    assert.deepEqual(Object.keys(open), ['shown'])
  })

  it('restores the original property', () => {
    const original = (): number => 1
    const owner = { call: original }
    const before = Object.getOwnPropertyDescriptors(owner)
    wrap(owner, 'call', plusOne)?.()
    assert.equal(owner.call, original)
    assert.deepEqual(Object.getOwnPropertyDescriptors(owner), before)
    assert.deepEqual(Reflect.ownKeys(original), ['length', 'name'])
  })

  it('restores an accessor', () => {
    const original = (): number => 1
    const owner = Object.defineProperty({} as { call: () => number }, 'call', {
      get: () => original,
      configurable: true,
    })
    const undo = wrap(owner, 'call', plusOne)
    assert.equal(owner.call(), 2)
    undo?.()
    assert.equal(typeof Object.getOwnPropertyDescriptor(owner, 'call')?.get, 'function')
  })

  it('leaves a wrapper in place around which another library has put its own', () => {
    const owner = { call: () => 1 }
    const undo = wrap(owner, 'call', plusOne)
    const ours = owner.call
    owner.call = () => ours() * 10
    undo?.()
    assert.equal(owner.call(), 20)
  })

  it('does nothing for properties that cannot be wrapped', () => {
    const frozen = Object.freeze({ call: () => 1 })
    const sealed = Object.seal({ call: () => 1 })
    const inextensible = Object.preventExtensions(Object.create({ call: () => 1 }))
    for (const owner of [{}, { call: 1 }, frozen, sealed, inextensible]) {
      assert.equal(wrap(owner, 'call', plusOne), undefined)
    }
    assert.equal(frozen.call(), 1)
  })
})
