/** The span of one resolved field. */

import { endWithResult, runInSpan, type Span, startSpan } from '../../src/kit/index'
import { Execution, type FieldNode } from './execution'
import { namedTypeOf } from './named-type'
import { sourceOf } from './operation'
import type { GraphqlState } from './state'
import type { Field, NamedType, Path, ResolveInfo, Resolver, SyntaxNode, ValueNode } from './types'

/**
 * Returns a resolver that calls `original` in a span; without one if the field is too deep or is not part of a traced
 * execution.
 */
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
    // Not `fenced`, whose closure costs as much as all the rest for a list with thousands of elements.
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
    // This is a further element of a collapsed list: it belongs to the field's span, which times the first element.
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
      // graphql treats an error that a resolver returns as one that it throws.
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
    // Some thenables start to work at the call of `then`, which must not be called twice.
    return endWithResult(span, result, (_span, error, value) => done(error, value))
  }
  // graphql handles the rejection, so this branch hides nothing, and graphql gets the application's own promise.
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

/** Returns the values of the variables, which graphql 17 keeps together with their sources. */
function valuesOf({ variableValues }: ResolveInfo): Readonly<Record<string, unknown>> {
  return (variableValues as { coerced?: Record<string, unknown> }).coerced ?? { ...variableValues }
}

/** Tags the picked variables that are arguments of the field. */
function tagVariables(span: Span, node: SyntaxNode, picked: Readonly<Record<string, unknown>>): void {
  for (const { value } of node.arguments ?? []) {
    const name = (value as ValueNode).kind === 'Variable' ? value.name?.value : undefined
    if (name !== undefined && Object.hasOwn(picked, name))
      span.setTag(`graphql.variables.${name}`, picked[name])
  }
}
