/** What happens when a field with a resolver of its own is resolved. */

import { endWithResult, runInSpan, type Span, startSpan } from '../../src/kit/index'
import { Execution, type FieldNode } from './execution'
import { namedTypeOf } from './named-type'
import { sourceOf } from './operation'
import type { GraphqlState } from './state'
import type { Field, NamedType, Path, ResolveInfo, Resolver, SyntaxNode, ValueNode } from './types'

/** A resolver that makes a span, or is passed through where there is nothing to see. */
export function resolveIn(
  getState: () => GraphqlState,
  type: NamedType,
  field: Field,
  original: Resolver,
): Resolver {
  const named = namedTypeOf(field.type)
  const resource = `${field.name}:${field.type}`
  const coordinates = `${type.name}.${field.name}`
  return function (
    this: unknown,
    _source: unknown,
    _args: unknown,
    _context: unknown,
    info: unknown,
  ): unknown {
    const state = getState()
    if (!state.tools.state.enabled) return Reflect.apply(original, this, arguments)
    let span: Span | undefined
    let isFirst = false
    // Not `fenced`, whose closure costs as much as the rest where a list has thousands of elements.
    try {
      const execution = Execution.of(info as ResolveInfo | undefined)
      const fieldNode = execution?.nodeOf((info as ResolveInfo).path)
      span = fieldNode?.span
      if (execution !== undefined && fieldNode !== undefined && span === undefined) {
        span = begin(state, execution, fieldNode, info as ResolveInfo)
        span.resource = resource
        fieldNode.span = span
        isFirst = true
      }
    } catch (error) {
      state.tools.state.failed(error)
    }
    if (span === undefined) return Reflect.apply(original, this, arguments)
    // A further element of a list: what it does belongs to the field, which is timed once.
    if (!isFirst) return runInSpan(span, original, this, arguments as never)
    const first = span
    return timed(
      first,
      () => runInSpan(first, original, this, arguments as never),
      state,
      info as ResolveInfo,
    )
  }

  function begin(state: GraphqlState, execution: Execution, fieldNode: FieldNode, info: ResolveInfo): Span {
    const { options, tools } = state
    const span = startSpan(tools.runtime, state.resolve.site, execution.parentOf(fieldNode), {
      'graphql.field.name': field.name,
      'graphql.field.path': pathText(info.path, options.collapse),
      'graphql.field.type': named.name,
      'graphql.field.coordinates': coordinates,
    })
    const [node] = info.fieldNodes
    if (options.source) span.tags['graphql.source'] = textOf(node)
    if (options.variables !== undefined) tagVariables(span, node, options.variables(valuesOf(info)) ?? {})
    return span
  }
}

/** Calls the resolver and ends the span when its value is there. */
function timed(span: Span, call: () => unknown, state: GraphqlState, info: ResolveInfo): unknown {
  const done = (error: unknown, result: unknown): void => {
    const { options, tools } = state
    tools.fenced(() => {
      // graphql takes an error that is returned for one that is thrown.
      const failure = error ?? (result instanceof Error ? result : undefined)
      if (failure !== undefined) span.setError(failure)
      const path = pathText(info.path, options.collapse)
      options.onResolve?.(span, { fieldName: info.fieldName, path, error: failure, result })
    })
    span.finish()
  }
  let result: unknown
  try {
    result = call()
  } catch (error) {
    done(error ?? new Error(String(error)), undefined)
    throw error
  }
  if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function') {
    done(undefined, result)
    return result
  }
  if (!(result instanceof Promise)) {
    // Some start to work when they are asked for their value, and must be asked once.
    return endWithResult(span, result, (_span, error, value) => done(error, value))
  }
  // graphql handles what fails, so that this branch hides nothing, and gets the very promise of the application.
  result.then(
    value => done(undefined, value),
    error => done(error ?? new Error(String(error)), undefined),
  )
  return result
}

function pathText(path: Path, collapse: boolean): string {
  const key = collapse && typeof path.key === 'number' ? '*' : String(path.key)
  return path.prev === undefined ? key : `${pathText(path.prev, collapse)}.${key}`
}

function textOf(node: SyntaxNode): string | undefined {
  return node.loc && sourceOf(node)?.slice(node.loc.start, node.loc.end)
}

/** graphql 17 keeps them together with what they were made of. */
function valuesOf({ variableValues }: ResolveInfo): Readonly<Record<string, unknown>> {
  return (variableValues as { coerced?: Record<string, unknown> }).coerced ?? { ...variableValues }
}

/** Those of the variables that are arguments of the field. */
function tagVariables(span: Span, node: SyntaxNode, picked: Readonly<Record<string, unknown>>): void {
  for (const { value } of node.arguments ?? []) {
    const name = (value as ValueNode).kind === 'Variable' ? value.name?.value : undefined
    if (name !== undefined && Object.hasOwn(picked, name))
      span.setTag(`graphql.variables.${name}`, picked[name])
  }
}
