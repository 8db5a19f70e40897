/** pino before 5, whose prototype cannot be reached, and in 3 and 4 cannot be changed. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'
import { linesWithDd } from './lines'

/** Wraps the factory, so that loggers made from now on, and their children, write `dd`. */
export function patchFactory(exports: AnyFunction, tools: PatchTools): AnyFunction {
  const wrapper = linesWithDd(new LogCorrelation(tools))
  // The application may keep using the function after the tracer has stopped.
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
    // Version 2: a child does not inherit from its parent, but is of the same class.
    tools.wrap(prototype, 'asJson', wrapper)
    return
  }
  const value = disguise(wrapper(logger.asJson), logger.asJson)
  Object.defineProperty(logger, 'asJson', { value, writable: true, configurable: true, enumerable: false })
}
