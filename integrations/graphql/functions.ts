/** graphql 14 to 16: its exported functions are replaced. Other modules of graphql call the replacements, too. */

import { type AnyFunction, type PatchTools, runInSpan } from '../../src/kit/index'
import { Execution } from './execution'
import { stateOf } from './make-state'
import { noteStandard } from './resolvers'
import { parsed, validated } from './steps'
import type { Document, ExecutionArgs, GraphqlError, Schema } from './types'

/** Wraps `execute` and `executeSync`. */
export function patchExecute(exports: { defaultFieldResolver?: unknown }, tools: PatchTools): void {
  const state = stateOf(tools)
  noteStandard(exports.defaultFieldResolver)
  tools.onUndo(() => state.resolvers.restore())
  const wrapper = (original: AnyFunction): AnyFunction =>
    function (this: unknown): unknown {
      let execution: Execution | undefined
      if (tools.state.enabled) {
        tools.fenced(() => {
          execution = Execution.begin(state, argsOf(arguments))
        })
      }
      return execution === undefined
        ? Reflect.apply(original, this, arguments)
        : executed(execution, original, this, arguments)
    }
  tools.wrap(exports, 'execute', wrapper)
  // `executeSync` calls the original `execute`, not the exported one.
  tools.wrap(exports, 'executeSync', wrapper)
}

function executed(execution: Execution, original: AnyFunction, self: unknown, args: IArguments): unknown {
  let result: unknown
  try {
    result = runInSpan(execution.span, original, self, args)
  } catch (error) {
    execution.threw(error)
    throw error
  }
  if (result instanceof Promise) {
    // The promise never rejects, since graphql returns errors in the result. So a second branch hides no rejection, and
    // the application gets the same promise.
    result.then(
      answer => execution.returned(answer),
      error => execution.threw(error),
    )
  } else execution.returned(result)
  return result
}

/** Returns the arguments as an object; versions before 16 also accept a list of arguments. */
function argsOf(args: IArguments): ExecutionArgs {
  const [first, document, , , variableValues, operationName] = args
  return args.length === 1
    ? (first ?? {})
    : { schema: first as Schema, document, variableValues, operationName }
}

/** Wraps `parse`. */
export function patchParse(exports: object, tools: PatchTools): void {
  const state = stateOf(tools)
  tools.wrap(exports, 'parse', original => {
    return function (this: unknown, source: unknown): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      const began = performance.now()
      let document: Document
      try {
        document = Reflect.apply(original, this, arguments)
      } catch (error) {
        tools.fenced(() => parsed(state, began, source, undefined, error))
        throw error
      }
      tools.fenced(() => parsed(state, began, source, document, undefined))
      return document
    }
  })
}

/** Wraps `validate`. */
export function patchValidate(exports: object, tools: PatchTools): void {
  const state = stateOf(tools)
  tools.wrap(exports, 'validate', original => {
    return function (this: unknown, _schema: unknown, document: Document): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      const began = performance.now()
      let errors: readonly GraphqlError[]
      try {
        errors = Reflect.apply(original, this, arguments)
      } catch (error) {
        tools.fenced(() => validated(state, began, document, undefined, error))
        throw error
      }
      tools.fenced(() => validated(state, began, document, errors, undefined))
      return errors
    }
  })
}
