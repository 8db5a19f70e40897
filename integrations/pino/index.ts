/** pino: its lines get the field `dd`, inserted into their text: no object of the application changes. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { patchFactory } from './before-5'
import { linesWithDd } from './lines'
import { patchPrettyFactory } from './pretty'

export default defineIntegration({
  name: 'pino',
  doc: 'Ids of the active span in the lines of pino.',
  targets: [
    { module: 'pino', versions: '>=2 <5', patch: patchFactory },
    // Nothing is patched in the main module: applications look there for the flag `__datadog_patch`.
    { module: 'pino', versions: '>=5 <11', patch() {} },
    { module: 'pino', versions: '>=5 <11', file: 'lib/proto.js', patch: patchPrototype },
    { module: 'pino-pretty', versions: '>=1 <7', patch: patchPrettyFactory },
  ],
})

/** Wraps the method that makes lines. `exports`: the loggers' prototype, or a function that derives one for each. */
function patchPrototype(exports: object | (() => object), tools: PatchTools): void {
  const prototype = typeof exports === 'function' ? (Object.getPrototypeOf(exports()) as object) : exports
  const name = Object.getOwnPropertySymbols(prototype).find(
    ({ description }) => description === 'pino.asJson',
  )
  // The key of the method may be a symbol.
  if (name !== undefined) tools.wrap(prototype, name as never, linesWithDd(new LogCorrelation(tools)))
}
