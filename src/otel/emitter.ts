/** Makes the listeners of an emitter that are added from now on run in one context. */

import type { EventEmitter } from 'node:events'

type Listener = (this: unknown, ...args: unknown[]) => unknown

const ADD = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const
const REMOVE = ['off', 'removeListener'] as const

/**
 * Replaces the methods of `emitter` that add and remove listeners. `bind` returns the function to call in place of a
 * listener. A second call for the same emitter binds further listeners once more.
 */
export function bindEmitter<E extends EventEmitter>(emitter: E, bind: (listener: Listener) => Listener): E {
  const bound = new WeakMap<Listener, Listener>()
  let isInside = false
  for (const name of ADD) {
    const original = emitter[name]
    define(emitter, name, function (this: EventEmitter, event: string | symbol, listener: Listener) {
      // `once` of Node.js calls `on` with a function around the listener.
      if (isInside || typeof listener !== 'function') return original.call(this, event, listener)
      let replacement = bound.get(listener)
      if (replacement === undefined) {
        replacement = bind(listener)
        bound.set(listener, replacement)
      }
      // Node.js marks what `once` adds in the same way; it finds the listener to remove or to list by this property.
      Object.defineProperty(replacement, 'listener', { value: listener, configurable: true })
      isInside = true
      try {
        return original.call(this, event, replacement)
      } finally {
        isInside = false
      }
    })
  }
  for (const name of REMOVE) {
    const original = emitter[name]
    define(emitter, name, function (this: EventEmitter, event: string | symbol, listener: Listener) {
      const before = this.listenerCount(event)
      original.call(this, event, listener)
      const replacement = typeof listener === 'function' ? bound.get(listener) : undefined
      // What `once` added is registered for the replacement, not for the listener.
      return replacement === undefined || this.listenerCount(event) < before
        ? this
        : original.call(this, event, replacement)
    })
  }
  return emitter
}

function define(emitter: EventEmitter, name: string, value: unknown): void {
  Object.defineProperty(emitter, name, { value, writable: true, configurable: true, enumerable: false })
}
