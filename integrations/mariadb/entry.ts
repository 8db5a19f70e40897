/**
 * Entry points from 3.5.1 on: the driver consists of ES modules, and of one bundle for `require`. Its classes can be
 * reached only through what its functions return.
 */

import { EventEmitter } from 'node:events'
import type { AnyFunction, PatchTools } from '../../src/kit/index'
import { patchConnection, renewConnection } from './connection'
import { patchInnerPool, patchPool } from './pool'
import type { Connection } from './types'

interface Emitting {
  on(event: string, listener: AnyFunction): unknown
  off(event: string, listener: AnyFunction): unknown
}

interface Entry {
  createPool(options: object): object
  createConnection: AnyFunction
}

/** Patches the exports. Returns a replacement for them if they cannot be changed. */
export function patchEntry(exports: Entry, tools: PatchTools): object | undefined {
  const connected = (connection: Connection): void => {
    tools.fenced(() => {
      patchConnection({ prototype: Object.getPrototypeOf(connection) as object }, tools)
      renewConnection(connection)
    })
  }
  const { pool, inner } = makePool(exports)
  const prototype = Object.getPrototypeOf(pool) as object
  const innerClass = { prototype: Object.getPrototypeOf(inner) as object }
  patchPool({ prototype }, innerClass, tools)
  patchInnerPool(innerClass, tools)
  // Pools emit an event for each connection before they give it a command.
  tools.wrap(innerClass.prototype, 'emit', original => {
    return function (this: unknown, event: unknown, connection: unknown): unknown {
      if (event === 'acquire' && typeof connection === 'object' && connection !== null) connected(connection)
      return Reflect.apply(original, this, arguments)
    }
  })
  const wrapper = (original: AnyFunction): AnyFunction => {
    return function (this: unknown): unknown {
      const promise = Reflect.apply(original, this, arguments)
      if (!(promise instanceof Promise)) return promise
      return promise.then((connection: Emitting) => {
        tools.fenced(() => connected(innerOf(connection)))
        return connection
      })
    }
  }
  const prototypeOfExports: object | null = Object.getPrototypeOf(exports)
  if (prototypeOfExports !== null && tools.wrap(exports, 'createConnection', wrapper)) return undefined
  const { createConnection } = exports
  const replaced = copyOf(exports)
  tools.wrap(replaced, 'createConnection', wrapper)
  Object.setPrototypeOf(replaced, prototypeOfExports)
  // The namespace of a hooked `import` can be assigned to; the exports of `require` are replaced.
  if (Reflect.set(exports, 'createConnection', replaced.createConnection)) {
    tools.onUndo(() => Reflect.set(exports, 'createConnection', createConnection))
  }
  return replaced
}

/** Returns a copy of the exports whose properties are all writable. */
function copyOf(exports: Entry): Entry {
  const copy = {} as Entry
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
    Object.defineProperty(copy, name, { ...descriptor, configurable: true })
  }
  // In a bundle this is a getter, whose value never changes.
  const { createConnection: value } = exports
  Object.defineProperty(copy, 'createConnection', {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
  return copy
}

/**
 * Creates a pool that opens no connections, to find the two classes of pools. The internal pool behind it is reached
 * nowhere but in its constructor, where it adds a listener to itself.
 */
function makePool({ createPool }: Entry): { pool: object; inner: object } {
  const { on } = EventEmitter.prototype
  let inner: object | undefined
  EventEmitter.prototype.on = function (this: EventEmitter, ...args) {
    inner ??= this
    return on.apply(this, args)
  }
  try {
    const pool = createPool({ host: 'localhost', minimumIdle: 0, idleTimeout: 0 })
    if (inner === undefined || inner === pool) throw new Error('a pool of an unknown shape')
    return { pool, inner }
  } finally {
    EventEmitter.prototype.on = on
  }
}

/** Returns the internal connection behind the one that an application gets, which passes its listeners on. */
function innerOf(connection: Emitting): Connection {
  let inner: Connection | undefined
  const listening = function (this: Connection): void {
    inner = this
  }
  const nothing = (): void => {}
  connection.on('newListener', listening)
  connection.on('removeListener', nothing)
  connection.off('removeListener', nothing)
  connection.off('newListener', listening)
  if (inner === undefined) throw new Error('a connection of an unknown shape')
  return inner
}
