/** The parts of graphql that the integration uses: syntax trees, schemas, and the arguments of resolvers. */

export interface Node {
  readonly kind: string
  readonly loc?: {
    readonly start: number
    readonly end: number
    readonly source?: { readonly body?: string }
  }
  readonly name?: { readonly value: string }
}

/** An operation, a fragment or a selection; the kind decides which fields it has. */
export interface SyntaxNode extends Node {
  readonly operation?: string
  readonly typeCondition?: SyntaxNode
  readonly selectionSet?: { readonly selections: readonly SyntaxNode[] }
  readonly variableDefinitions?: readonly VariableDefinition[]
  readonly arguments?: readonly Argument[]
  readonly directives?: readonly SyntaxNode[]
}

export interface VariableDefinition extends SyntaxNode {
  readonly variable: Node
  readonly type: TypeNode
  readonly defaultValue?: ValueNode
}

export interface TypeNode extends Node {
  readonly type?: TypeNode
}

export interface Argument extends Node {
  readonly value: ValueNode
}

export interface ValueNode extends Node {
  readonly value?: unknown
}

export interface Document extends Node {
  readonly definitions: readonly SyntaxNode[]
}

export interface ExecutionArgs {
  readonly schema?: Schema
  readonly document?: Document
  readonly variableValues?: Readonly<Record<string, unknown>> | null
  readonly operationName?: string | null
}

export type Resolver = (this: unknown, ...args: unknown[]) => unknown

export interface Field {
  readonly name: string
  readonly type: NamedType & { readonly ofType?: Field['type'] }
  resolve?: Resolver
}

export interface NamedType {
  readonly name: string
  /** Fields of objects and interfaces. */
  getFields?(): Readonly<Record<string, Field>>
  /** Own property of interfaces and unions only. */
  readonly resolveType?: unknown
}

export interface Schema {
  getQueryType(): NamedType | null | undefined
  getMutationType(): NamedType | null | undefined
  getSubscriptionType(): NamedType | null | undefined
  getPossibleTypes(type: NamedType): readonly NamedType[] | undefined
  getTypeMap(): Readonly<Record<string, NamedType>>
}

/** Position of a field in the response. Paths of nested fields refer to the same parent object. */
export interface Path {
  readonly prev: Path | undefined
  readonly key: string | number
}

export interface ResolveInfo {
  readonly fieldName: string
  readonly fieldNodes: readonly SyntaxNode[]
  readonly path: Path
  readonly variableValues: object
}

export interface GraphqlError {
  readonly name?: unknown
  readonly message?: unknown
  readonly stack?: unknown
  readonly locations?: readonly { readonly line: number; readonly column: number }[]
  readonly path?: readonly (string | number)[]
  readonly extensions?: Readonly<Record<string, unknown>>
}

export interface ExecutionResult {
  readonly errors?: readonly GraphqlError[]
  /** First part of an incremental response. */
  readonly initialResult?: ExecutionResult
}
