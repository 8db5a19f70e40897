/** generic-pool 2: callbacks of `acquire` run in their caller's context, which the promises of later versions keep. */

import { type AnyFunction, Caller, defineIntegration } from '../../src/kit/index'

export default defineIntegration({
  name: 'generic-pool',
  doc: 'Keeps the context of callers that wait for a resource of a pool. No spans.',
  targets: [
    {
      module: 'generic-pool',
      versions: '>=2.5 <3',
      patch({ Pool }: { Pool: { prototype: object } }, tools) {
        tools.wrap(Pool.prototype, 'acquire', original => {
          return function (this: unknown, ...args: unknown[]): unknown {
            const [callback] = args
            if (tools.state.enabled && typeof callback === 'function') {
              const caller = new Caller()
              args[0] = function (this: unknown): unknown {
                return caller.run(callback as AnyFunction, this, arguments)
              }
            }
            return Reflect.apply(original, this, args)
          }
        })
      },
    },
  ],
})
