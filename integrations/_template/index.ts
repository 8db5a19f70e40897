/** keyv: commands on a store. */

import {
  activeSpan,
  defineIntegration,
  endSpan,
  endWithResult,
  runInSpan,
  startSpan,
} from '../../src/kit/index'

export default defineIntegration({
  name: '_template',
  doc: 'Commands of keyv.',
  targets: [
    {
      module: 'keyv',
      versions: '>=4 <5',
      patch(Keyv: { prototype: object }, tools) {
        // The static part of all spans. `.site` follows the options of `use()`.
        const command = tools.site({
          name: 'keyv.command',
          type: 'keyv',
          kind: 'client',
          serviceSuffix: 'keyv',
        })
        for (const name of ['get', 'set', 'delete', 'clear']) {
          tools.wrap(Keyv.prototype, name, original => {
            return function (this: unknown, ...args: unknown[]): unknown {
              if (!tools.state.enabled) return Reflect.apply(original, this, args)
              // A new object for each call: the span owns it from here on.
              const span = startSpan(tools.runtime, command.site, activeSpan(), { 'db.type': 'keyv' })
              span.resource = name
              try {
                // Spans of calls that the library makes meanwhile become children of this span.
                return endWithResult(span, runInSpan(span, original, this, args))
              } catch (error) {
                endSpan(span, true, error, undefined)
                throw error
              }
            }
          })
        }
      },
    },
  ],
})
