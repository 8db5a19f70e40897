/** The options of `use('graphql', …)`, parsed once. */

import { guarded, type PatchTools, type Span } from '../../src/kit/index'
import type { Document, ExecutionArgs, ExecutionResult, GraphqlError } from './types'

type Variables = Readonly<Record<string, unknown>>

/** A resolved field, as `hooks.resolve` gets it. */
export interface Resolved {
  fieldName: string
  /** Path of the field, as in the tag `graphql.field.path`. */
  path: string
  error: unknown
  result: unknown
}

/** Parsed options. */
export interface GraphqlOptions {
  /** Levels of fields whose resolvers get spans; negative = all. */
  readonly depth: number
  readonly collapse: boolean
  readonly source: boolean
  readonly signature: boolean
  readonly errorExtensions: readonly string[]
  /** Picks the variables to record; undefined = none. */
  readonly variables: ((all: Variables) => Variables) | undefined
  readonly onExecute:
    | ((span: Span, args: ExecutionArgs, result: ExecutionResult | undefined) => void)
    | undefined
  readonly onParse: ((span: Span, source: unknown, document: Document | undefined) => void) | undefined
  readonly onValidate:
    | ((span: Span, document: Document, errors: readonly GraphqlError[] | undefined) => void)
    | undefined
  readonly onResolve: ((span: Span, field: Resolved) => void) | undefined
}

/** Documentation of the options. */
export const OPTIONS = {
  service: 'Service name of the spans.',
  depth:
    'Levels of fields whose resolvers get spans, default 1: 0 = none, -1 = all. Deeper resolvers are not wrapped.',
  collapse: 'One span for a field of all elements of a list, made for the first element; default true.',
  variables:
    'Variables to record as tags: a list of names, or a function that returns the variables to record; default: none.',
  source: 'Record the text of the query, including its literals; default false.',
  signature: 'Use the normalised query as the resource name, not `query Name`; default true.',
  errorExtensions: 'Keys of `error.extensions` to record; default: `DD_TRACE_GRAPHQL_ERROR_EXTENSIONS`.',
  hooks: 'Functions `execute`, `parse`, `validate` and `resolve`, called with the span just before it ends.',
}

/** Parses the options. */
export function readOptions({ state, config }: PatchTools): GraphqlOptions {
  const { options } = state
  const hook = (name: string) => {
    const given = (options.hooks as Record<string, unknown> | undefined)?.[name]
    return typeof given === 'function' ? guarded(`hooks.${name}`, given as never, undefined) : undefined
  }
  return {
    depth: Number.isInteger(options.depth) ? (options.depth as number) : 1,
    collapse: options.collapse !== false,
    source: options.source === true,
    signature: options.signature !== false,
    errorExtensions: Array.isArray(options.errorExtensions)
      ? options.errorExtensions.map(String)
      : config.graphqlErrorExtensions,
    variables: pickerOf(options.variables),
    onExecute: hook('execute'),
    onParse: hook('parse'),
    onValidate: hook('validate'),
    onResolve: hook('resolve'),
  }
}

function pickerOf(given: unknown): GraphqlOptions['variables'] {
  if (typeof given === 'function') return guarded('variables', given as (all: Variables) => Variables, {})
  if (!Array.isArray(given)) return undefined
  const names = new Set(given.map(String))
  return all => Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)))
}
