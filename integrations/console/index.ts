/**
 * console, off by default: texts begin with the ids that Datadog's parsers of plain text look for,
 * `[dd.service=shop dd.env=prod dd.version=1.2.0 dd.trace_id=… dd.span_id=…]`, and lines of JSON get `dd`. A call whose
 * first argument is no text is left alone.
 */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { withPrefix } from './prefix'

/** Methods that are wrapped; the others print through these, or print no messages. */
const METHODS = ['log', 'info', 'debug', 'warn', 'error'] as const

export default defineIntegration({
  name: 'console',
  doc: 'Ids of the active span in what the application prints with `console`.',
  offByDefault: true,
  targets: [{ module: 'console', patch: patchConsole }],
})

/** Wraps the methods when the integration is switched on, not before: stack traces would show the wrappers. */
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
