/** pino before 5, whose prototype nobody can reach, and in 3 and 4 nobody can change. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { linesWithDd } from './lines'

/** Loggers that are made from now on, and their children, write `dd`. */
export function patchFactory(exports: AnyFunction, tools: PatchTools): AnyFunction {
  const wrapper = linesWithDd(new LogCorrelation(tools))
  // The application may go on with the function after it was unpatched.
  let isUndone = false
  tools.onUndo(() => {
    isUndone = true
  })
  return disguise(function (this: unknown): unknown {
    const logger: unknown = Reflect.apply(exports, this, arguments)
    if (!isUndone) tools.fenced(() => adopt(logger as { asJson: AnyFunction }, wrapper, tools))
    return logger
  }, exports)
}

function adopt(
  logger: { asJson: AnyFunction },
  wrapper: (original: AnyFunction) => AnyFunction,
  tools: PatchTools,
): void {
  const prototype = Object.getPrototypeOf(logger) as object
  const { writable } = Object.getOwnPropertyDescriptor(prototype, 'asJson') ?? {}
  if (writable) {
    // Version 2: children do not inherit from their parent, but have its class.
    tools.wrap(prototype, 'asJson', wrapper)
    return
  }
  const value = disguise(wrapper(logger.asJson), logger.asJson)
  Object.defineProperty(logger, 'asJson', { value, writable: true, configurable: true, enumerable: false })
}
