/** winston: records get `dd` before formats and transports get these; the application's objects stay as they are. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { patchDefault, patchOldLogger } from './transports'

export default defineIntegration({
  name: 'winston',
  doc: 'Ids of the active span in the records of winston.',
  targets: [
    { module: 'winston', versions: '>=1 <3', patch: patchDefault },
    { module: 'winston', versions: '>=1 <3', file: 'lib/winston/logger.js', patch: patchOldLogger },
    // Nothing is patched in the main module: applications look there for the flag `__datadog_patch`.
    { module: 'winston', versions: '>=3 <4', patch() {} },
    { module: 'winston', versions: '>=3 <4', file: 'lib/winston/logger.js', patch: patchLogger },
  ],
})

/** Wraps `write`, through which every record goes; a child logger calls its parent's. */
function patchLogger(Logger: { prototype: object }, tools: PatchTools): void {
  const correlation = new LogCorrelation(tools)
  tools.wrap(Logger.prototype, 'write', original => {
    return function (this: unknown, record: unknown, encoding: unknown, callback: unknown): unknown {
      return original.call(this, correlation.record(record), encoding, callback)
    }
  })
}
