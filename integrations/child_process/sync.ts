/** Spans of commands that the program waits for: `execSync`, `execFileSync`, `spawnSync`. */

import type { AnyFunction, PatchTools, Span } from '../../src/kit/index'
import { type CommandSpans, endCommand } from './spans'

/** The result of `spawnSync`; errors of the other functions have the same fields. */
interface Result {
  status?: unknown
  signal?: unknown
  error?: unknown
  code?: unknown
}

export function patchSync(
  module: typeof import('node:child_process'),
  spans: CommandSpans,
  tools: PatchTools,
): void {
  const ofProgram = (args: IArguments): Span | undefined => {
    const [file] = args
    if (typeof file !== 'string') return undefined
    const words = Array.isArray(args[1]) ? args[1].map(String) : []
    const options = (
      Array.isArray(args[1]) || args[1] === undefined || args[1] === null ? args[2] : args[1]
    ) as { shell?: unknown } | undefined
    return options?.shell ? spans.shell([file, ...words].join(' ')) : spans.program(file, words)
  }
  const ofShell = ([command]: IArguments): Span | undefined =>
    typeof command === 'string' ? spans.shell(command) : undefined

  tools.wrap(module, 'spawnSync', original =>
    wrapper(original, ofProgram, (span, result) => {
      const { status, signal, error } = result as Result
      if (error !== undefined) span.setError(error)
      endCommand(span, status, signal, false)
    }),
  )
  const done = (span: Span): void => endCommand(span, 0, undefined, true)
  tools.wrap(module, 'execFileSync', original => wrapper(original, ofProgram, done))
  tools.wrap(module, 'execSync', original => wrapper(original, ofShell, done))

  function wrapper(
    original: AnyFunction,
    start: (args: IArguments) => Span | undefined,
    onResult: (span: Span, result: unknown) => void,
  ): AnyFunction {
    return function (this: unknown): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      let span: Span | undefined
      tools.fenced(() => {
        span = start(arguments)
      })
      if (span === undefined) return Reflect.apply(original, this, arguments)
      const started = span
      let result: unknown
      try {
        result = Reflect.apply(original, this, arguments)
      } catch (error) {
        tools.fenced(() => failed(started, error as Result))
        throw error
      }
      tools.fenced(() => onResult(started, result))
      return result
    }
  }
}

function failed(span: Span, error: Result): void {
  // A command that never ran, or that Node.js stopped, has an error with a code; all others ended by themselves.
  if (error?.code !== undefined || typeof error?.status !== 'number') span.setError(error)
  endCommand(span, error?.status, error?.signal, true)
}
