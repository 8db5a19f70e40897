/** Lets all listeners of an emitter that are added from now on run in one context. */

import type { EventEmitter } from 'node:events'

type Listener = (this: unknown, ...args: unknown[]) => unknown

const ADD = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const
const REMOVE = ['off', 'removeListener'] as const

/** `bind` makes the function that is called in place of a listener. A second call for one emitter binds anew. */
export function bindEmitter<E extends EventEmitter>(emitter: E, bind: (listener: Listener) => Listener): E {
  const bound = new WeakMap<Listener, Listener>()
  let isInside = false
  for (const name of ADD) {
    const original = emitter[name]
    define(emitter, name, function (this: EventEmitter, event: string | symbol, listener: Listener) {
      // `once` of Node.js calls `on` with a listener of its own.
      if (isInside || typeof listener !== 'function') return original.call(this, event, listener)
      let replacement = bound.get(listener)
      if (replacement === undefined) {
        replacement = bind(listener)
        bound.set(listener, replacement)
      }
      // As Node.js marks what `once` adds: by this it finds the listener to remove, and to list.
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
      // One that `once` added stands for what it was given: the replacement.
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
