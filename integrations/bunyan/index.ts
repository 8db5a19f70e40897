/** bunyan: `dd` is added to the record that bunyan makes for each call, after serializers and before streams. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'

export default defineIntegration({
  name: 'bunyan',
  doc: 'Ids of the active span in the records of bunyan.',
  targets: [{ module: 'bunyan', versions: '>=1 <3', patch: patchLogger }],
})

function patchLogger(Logger: { prototype: object }, tools: PatchTools): void {
  const correlation = new LogCorrelation(tools)
  tools.wrap(Logger.prototype, '_emit', original => {
    return function (this: unknown, record: { dd?: unknown }, isDry: unknown): unknown {
      tools.fenced(() => {
        if (!Object.hasOwn(record, 'dd')) {
          const dd = correlation.fields()
          if (dd !== undefined) record.dd = dd
        }
      })
      return original.call(this, record, isDry)
    }
  })
}
