/** One execution of a document: its span, and the fields of the response whose resolvers have spans. */

import { activeSpan, Mark, type Span, startSpan } from '../../src/kit/index'
import { recordErrors } from './errors'
import { HEALTH_CHECK, operationOf, sourceOf } from './operation'
import type { GraphqlState } from './state'
import type { ExecutionArgs, ExecutionResult, Path, ResolveInfo } from './types'

/** A field of the response; if lists are collapsed, one for the fields of all elements. */
export class FieldNode {
  readonly parent: FieldNode | undefined
  span: Span | undefined = undefined
  #children: Map<string | number, FieldNode> | undefined

  constructor(parent: FieldNode | undefined) {
    this.parent = parent
  }

  child(key: string | number): FieldNode {
    this.#children ??= new Map()
    let child = this.#children.get(key)
    if (child === undefined) {
      child = new FieldNode(this)
      this.#children.set(key, child)
    }
    return child
  }
}

/**
 * Executions by the object of their variables, which graphql creates for each execution and passes to each resolver.
 */
const executions = new WeakMap<object, Execution>()

/** A running execution. */
export class Execution {
  readonly span: Span
  readonly #state: GraphqlState
  /** Arguments of the execution; dropped at its end, since they hold the application's data. */
  #args: ExecutionArgs | undefined
  readonly #root = new FieldNode(undefined)
  #lastObject: Path | undefined
  #lastNode: FieldNode | undefined

  /** Starts an execution and its span; undefined for health checks. */
  static begin(state: GraphqlState, args: ExecutionArgs): Execution | undefined {
    const operation = operationOf(args.document, args.operationName)
    if (operation?.name === HEALTH_CHECK) return undefined
    const { options, tools } = state
    const tags: Record<string, string | undefined> = {
      'graphql.operation.type': operation?.type,
      'graphql.operation.name': operation?.name,
    }
    if (options.source) tags['graphql.source'] = sourceOf(args.document)
    const span = startSpan(tools.runtime, state.execute.site, activeSpan(), tags)
    if (operation !== undefined) span.resource = options.signature ? operation.signature : operation.title
    const values = args.variableValues
    if (options.variables !== undefined && typeof values === 'object' && values !== null) {
      const picked = options.variables(values) ?? {}
      for (const name of Object.keys(picked)) span.setTag(`graphql.variables.${name}`, picked[name])
    }
    if (options.depth !== 0 && args.schema !== undefined) {
      state.resolvers.prepare(args.schema, options.depth)
    }
    return new Execution(state, args, span)
  }

  /** Returns the execution that a resolver is called by. */
  static of(info: ResolveInfo | undefined): Execution | undefined {
    const values = info?.variableValues
    if (typeof values !== 'object' || values === null) return undefined
    let execution = executions.get(values)
    if (execution === undefined) {
      const span = activeSpan()
      execution = span && ExecutionMark.of(span)
      if (execution !== undefined) executions.set(values, execution)
    }
    return execution
  }

  private constructor(state: GraphqlState, args: ExecutionArgs, span: Span) {
    this.#state = state
    this.#args = args
    this.span = span
    ExecutionMark.set(span, this)
  }

  /** Returns the node of a field; undefined if it is too deep. Elements of a collapsed list share a node. */
  nodeOf({ prev, key }: Path): FieldNode | undefined {
    if (prev === undefined) return this.#state.options.depth === 0 ? undefined : this.#root.child(key)
    // Fields of one object are resolved one after the other, so its node is remembered.
    if (prev !== this.#lastObject) {
      this.#lastObject = prev
      this.#lastNode = this.#objectAt(prev)
    }
    return this.#lastNode?.child(key)
  }

  /** Returns the node of an object; undefined if its fields are too deep. */
  #objectAt(path: Path): FieldNode | undefined {
    const { depth, collapse } = this.#state.options
    let level = 1
    for (let at: Path | undefined = path; depth >= 0 && at !== undefined; at = at.prev) {
      if (typeof at.key === 'string' && ++level > depth) return undefined
    }
    return this.#find(path, collapse)
  }

  #find(path: Path, collapse: boolean): FieldNode {
    const parent = path.prev === undefined ? this.#root : this.#find(path.prev, collapse)
    return parent.child(collapse && typeof path.key === 'number' ? '*' : path.key)
  }

  /** Returns the span of the nearest ancestor of a node that has one. */
  parentOf(node: FieldNode): Span {
    for (let at = node.parent; at !== undefined; at = at.parent) if (at.span !== undefined) return at.span
    return this.span
  }

  returned(result: unknown): void {
    const answer = result as ExecutionResult | undefined
    this.#end(answer, () => {
      const { errors } = answer?.initialResult ?? answer ?? {}
      recordErrors(this.span, errors, this.#state.options.errorExtensions)
    })
  }

  threw(error: unknown): void {
    this.#end(undefined, () => this.span.setError(error))
  }

  #end(answer: ExecutionResult | undefined, record: () => void): void {
    const { options, tools } = this.#state
    const args = this.#args ?? {}
    this.#args = undefined
    tools.fenced(() => {
      record()
      options.onExecute?.(this.span, args, answer)
    })
    this.span.finish()
  }
}

/** Marks the span of an execution, by which the resolvers in it find the execution. */
class ExecutionMark extends Mark {
  readonly #execution: Execution

  private constructor(span: Span, execution: Execution) {
    super(span)
    this.#execution = execution
  }

  static set(span: Span, execution: Execution): void {
    new ExecutionMark(span, execution)
  }

  static of(span: Span): Execution | undefined {
    return #execution in span ? span.#execution : undefined
  }
}
