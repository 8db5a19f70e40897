/**
 * Spans of commands that run beside the program: `exec`, `execFile`, `spawn`, `fork` and their promises all call the
 * method `spawn` of the class ChildProcess. Only that is wrapped, so that the functions themselves stay as they are.
 */

import type { ChildProcess } from 'node:child_process'
import { promisify } from 'node:util'
import { type AnyFunction, disguise, Mark, type PatchTools, type Span, wrapEmit } from '../../src/kit/index'
import { type CommandSpans, endCommand } from './spans'

/** Options of `ChildProcess.spawn`: the arguments begin with the name of the program. */
interface Started {
  file?: unknown
  args?: unknown
  shell?: unknown
}

class ChildProcessMark extends Mark {
  #span: Span | undefined
  #isChecked: boolean

  constructor(child: object, span: Span, isChecked: boolean) {
    super(child)
    this.#span = span
    this.#isChecked = isChecked
  }

  static set(child: object, span: Span, isChecked: boolean): void {
    new ChildProcessMark(child, span, isChecked)
  }

  static of(child: object): Span | undefined {
    return #span in child ? child.#span : undefined
  }

  static isChecked(child: object): boolean {
    return #isChecked in child && child.#isChecked
  }

  static clear(child: object): void {
    if (#span in child) child.#span = undefined
  }
}

export function patchProcesses(
  module: typeof import('node:child_process'),
  spans: CommandSpans,
  tools: PatchTools,
): void {
  const { prototype } = module.ChildProcess
  /** True while `execFile` runs, which treats any code but 0 as an error; `exec` calls it too. */
  let isChecking = false
  const checked = (original: AnyFunction): AnyFunction => {
    return function (this: unknown): unknown {
      const before = isChecking
      isChecking = true
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        isChecking = before
      }
    }
  }
  tools.wrap(module, 'execFile', original => {
    const wrapped = checked(original)
    // The promise comes from another function, which cannot be replaced on the original.
    const custom = Object.getOwnPropertyDescriptor(original, promisify.custom)
    if (typeof custom?.value === 'function') {
      const value = disguise(checked(custom.value), custom.value)
      Object.defineProperty(wrapped, promisify.custom, { ...custom, value })
    }
    return wrapped
  })
  tools.wrap(prototype, 'spawn', original => {
    return function (this: ChildProcess, started: Started | undefined): unknown {
      if (!tools.state.enabled || ChildProcessMark.of(this) !== undefined) {
        return Reflect.apply(original, this, arguments)
      }
      let span: Span | undefined
      tools.fenced(() => {
        span = start(started, spans)
        if (span !== undefined) ChildProcessMark.set(this, span, isChecking)
      })
      try {
        return Reflect.apply(original, this, arguments)
      } catch (error) {
        ChildProcessMark.clear(this)
        span?.setError(error).finish()
        throw error
      }
    }
  })
  wrapEmit(prototype, tools, inner => {
    return function (this: ChildProcess, event: string, first: unknown, second: unknown): unknown {
      const span = event === 'exit' || event === 'error' ? ChildProcessMark.of(this) : undefined
      if (span !== undefined) tools.fenced(() => onEvent(this, span, event, first, second))
      return Reflect.apply(inner.emit, this, arguments)
    }
  })
}

function start(started: Started | undefined, spans: CommandSpans): Span | undefined {
  const { file, args, shell } = started ?? {}
  if (typeof file !== 'string') return undefined
  const words = Array.isArray(args) ? args.slice(1).map(String) : []
  // The shell's last argument is what it runs.
  return shell && words.length > 0 ? spans.shell(words[words.length - 1]) : spans.program(file, words)
}

function onEvent(child: ChildProcess, span: Span, event: string, first: unknown, second: unknown): void {
  if (event === 'error') span.setError(first)
  // A command that failed for another reason, such as the application's abort signal, still runs.
  if (event === 'error' && child.pid !== undefined) return
  const isChecked = ChildProcessMark.isChecked(child)
  ChildProcessMark.clear(child)
  if (event === 'error') span.finish()
  else endCommand(span, first, second, isChecked)
}
