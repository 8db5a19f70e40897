/** Wrappers around the functions of a library: flagged, alike to the originals, and gone when the tracer stops. */

import assert from 'node:assert/strict'
import type { Collector } from '../support/collect'

type AnyFunction = (...args: unknown[]) => unknown

export interface Wrappable {
  /** Reads the functions that are replaced, the same ones each time; undefined: this version has none. */
  read(): (AnyFunction | undefined)[]
  /** Requires the exports that carry the flag while the integration is at work. */
  flagged(): object[]
}

const FLAG = '__datadog_patch'

/** `start` puts the wrappers in place. */
export function checkWrappers({ read, flagged }: Wrappable, start: () => Collector): void {
  const before = read()
  assert.ok(before.some(original => original !== undefined))
  const collector = start()
  const exported = flagged()
  const patched = read()
  for (const [index, original] of before.entries()) {
    if (original === undefined) continue
    const wrapper = patched[index] as AnyFunction
    assert.notEqual(wrapper, original, `${index} ${original.name}`)
    assert.equal(Object.getOwnPropertyDescriptor(wrapper, FLAG)?.value, true)
    assert.deepEqual([wrapper.name, wrapper.length], [original.name, original.length])
  }
  for (const library of exported) {
    assert.equal(Object.getOwnPropertyDescriptor(library, FLAG)?.value, true)
    assert.ok(!Object.keys(library).includes(FLAG))
  }
  collector.stop()
  assert.deepEqual(read(), before)
  for (const library of exported) assert.ok(!Object.hasOwn(library, FLAG))
}
