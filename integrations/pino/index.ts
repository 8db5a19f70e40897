/** pino: its lines get `dd`. No object of the application's is touched: a line is text, and ours goes into the text. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { linesWithDd } from './lines'
import { patchFactory } from './old'
import { patchPrettyFactory } from './pretty'

export default defineIntegration({
  name: 'pino',
  doc: 'Ids of the active span in the lines of pino.',
  targets: [
    { module: 'pino', versions: '>=2 <5', patch: patchFactory },
    // Nothing to patch in it: applications look here for the flag.
    { module: 'pino', versions: '>=5 <11', patch() {} },
    { module: 'pino', versions: '>=5 <11', file: 'lib/proto.js', patch: patchPrototype },
    { module: 'pino-pretty', versions: '>=1 <7', patch: patchPrettyFactory },
  ],
})

/** The prototype of all loggers, or a function that makes an heir of it for each. */
function patchPrototype(exports: object | (() => object), tools: PatchTools): void {
  const prototype = typeof exports === 'function' ? (Object.getPrototypeOf(exports()) as object) : exports
  const name = Object.getOwnPropertySymbols(prototype).find(
    ({ description }) => description === 'pino.asJson',
  )
  // A symbol is a name as well.
  if (name !== undefined) tools.wrap(prototype, name as never, linesWithDd(new LogCorrelation(tools)))
}
