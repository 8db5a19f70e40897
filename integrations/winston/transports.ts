/** winston 1 and 2: transports get level, message and metadata; `dd` is of the metadata. */

import type { PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'

type Log = (this: unknown, level: unknown, message: unknown, meta: unknown, callback: unknown) => unknown

type Transports = Readonly<Record<string, object>>

/** The classes of transports are patched as loggers are given some: callbacks and events of loggers see no `dd`. */
export function patchOldLogger({ Logger }: { Logger: { prototype: object } }, tools: PatchTools): void {
  const correlation = new LogCorrelation(tools)
  tools.wrap(Logger.prototype, 'add', original => {
    return function (this: { transports?: Transports }): unknown {
      const result: unknown = Reflect.apply(original, this, arguments)
      tools.fenced(() => patchAll(this.transports, correlation, tools))
      return result
    }
  })
}

/** The logger that winston makes for itself as it is loaded, where that was before us. */
export function patchDefault(exports: { default?: { transports?: Transports } }, tools: PatchTools): void {
  // Half of it may be there, when its own files require each other, and Node warns of what is read too early.
  if (Object.hasOwn(exports, 'default'))
    patchAll(exports.default?.transports, new LogCorrelation(tools), tools)
}

function patchAll(transports: Transports | undefined, correlation: LogCorrelation, tools: PatchTools): void {
  for (const transport of Object.values(transports ?? {})) {
    const owner = ownerOf(transport)
    if (owner === undefined) continue
    tools.wrap(owner, 'log', (original: Log) => {
      return function (this: unknown, level: unknown, message: unknown, meta: unknown, callback: unknown) {
        return original.call(this, level, message, correlation.record(meta ?? {}), callback)
      }
    })
  }
}

/** The class of a transport, or itself, whichever has the method. */
function ownerOf(transport: object): object | undefined {
  let owner: object | null = transport
  while (owner !== null && !Object.hasOwn(owner, 'log')) owner = Object.getPrototypeOf(owner) as object | null
  return owner ?? undefined
}
