/** winston: the records that its formats and transports get have `dd`; those of the application stay as they are. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { patchDefault, patchOldLogger } from './transports'

export default defineIntegration({
  name: 'winston',
  doc: 'Ids of the active span in the records of winston.',
  targets: [
    { module: 'winston', versions: '>=1 <3', patch: patchDefault },
    { module: 'winston', versions: '>=1 <3', file: 'lib/winston/logger.js', patch: patchOldLogger },
    // Nothing to patch in it: applications look here for the flag.
    { module: 'winston', versions: '>=3 <4', patch() {} },
    { module: 'winston', versions: '>=3 <4', file: 'lib/winston/logger.js', patch: patchLogger },
  ],
})

/** Every record goes through `write`, that of a child logger through the one of its parent. */
function patchLogger(Logger: { prototype: object }, tools: PatchTools): void {
  const correlation = new LogCorrelation(tools)
  tools.wrap(Logger.prototype, 'write', original => {
    return function (this: unknown, record: unknown, encoding: unknown, callback: unknown): unknown {
      return original.call(this, correlation.record(record), encoding, callback)
    }
  })
}
