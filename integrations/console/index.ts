/**
 * console, when asked for: texts begin with what Datadog's parsers of plain text look for,
 * `[dd.service=shop dd.env=prod dd.version=1.2.0 dd.trace_id=… dd.span_id=…]`, and lines of JSON get `dd`. A call whose
 * first argument is no text is left alone.
 */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { withPrefix } from './prefix'

/** The others print through these, or print what is no message. */
const METHODS = ['log', 'info', 'debug', 'warn', 'error'] as const

export default defineIntegration({
  name: 'console',
  doc: 'Ids of the active span in what the application prints with `console`.',
  offByDefault: true,
  targets: [{ module: 'console', patch: patchConsole }],
})

/** Nothing is wrapped before it is wanted: stack traces would show it. */
function patchConsole(console: Console, tools: PatchTools): void {
  const correlation = new LogCorrelation(tools)
  tools.state.onConfigure(() => {
    if (tools.state.enabled) for (const method of METHODS) wrapMethod(console, method, correlation, tools)
  })
}

function wrapMethod(console: Console, method: string, correlation: LogCorrelation, tools: PatchTools): void {
  tools.wrap(console, method, original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [text] = args
      if (typeof text === 'string') args[0] = withPrefix(text, args.length > 1, correlation)
      return Reflect.apply(original, this, args)
    }
  })
}
