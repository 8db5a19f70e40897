/** winston 1 and 2: transports get level, message and metadata; `dd` is put into the metadata. */

import type { PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'

type Log = (this: unknown, level: unknown, message: unknown, meta: unknown, callback: unknown) => unknown

type Transports = Readonly<Record<string, object>>

/** Patches the class of each transport that a logger gets: so callbacks and events of loggers see no `dd`. */
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

/** Returns winston's default logger, if it was made before the tracer was loaded. */
export function patchDefault(exports: { default?: { transports?: Transports } }, tools: PatchTools): void {
  // While the files of winston require each other, its exports are incomplete, and Node.js warns of early reads.
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

/** Returns the owner of the method: the class of a transport, or the transport itself. */
function ownerOf(transport: object): object | undefined {
  let owner: object | null = transport
  while (owner !== null && !Object.hasOwn(owner, 'log')) owner = Object.getPrototypeOf(owner) as object | null
  return owner ?? undefined
}
