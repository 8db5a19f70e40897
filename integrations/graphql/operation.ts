/** The operations of a document, analysed once however often they are executed. */

import { signatureOf } from './signature'
import type { Document, SyntaxNode } from './types'

/** Name of the operation by which Apollo Server checks its own health. */
export const HEALTH_CHECK = '__ApolloServiceHealthCheck__'

/** An operation of a document. */
export class Operation {
  readonly type: string
  readonly name: string | undefined
  readonly #document: Document
  readonly #node: SyntaxNode
  #signature: string | undefined

  constructor(document: Document, node: SyntaxNode) {
    this.#document = document
    this.#node = node
    this.type = node.operation ?? 'query'
    this.name = node.name?.value
  }

  get signature(): string {
    this.#signature ??= signatureOf(this.#document, this.#node)
    return this.#signature
  }

  /** Type and name: `query Name`. */
  get title(): string {
    return this.name === undefined ? this.type : `${this.type} ${this.name}`
  }
}

const known = new WeakMap<Document, Map<string, Operation | undefined>>()

/** Returns the operation of that name, or the first one; undefined if there is none. */
export function operationOf(document: unknown, name?: string | null): Operation | undefined {
  if (!isDocument(document)) return undefined
  let operations = known.get(document)
  if (operations === undefined) {
    operations = new Map()
    known.set(document, operations)
  }
  const key = name ?? ''
  if (!operations.has(key)) {
    const node = document.definitions.find(
      ({ kind, name: own }) => kind === 'OperationDefinition' && (key === '' || own?.value === key),
    )
    operations.set(key, node && new Operation(document, node))
  }
  return operations.get(key)
}

/** Returns whether a value is a parsed document. */
export function isDocument(value: unknown): value is Document {
  return Array.isArray((value as Document | null | undefined)?.definitions)
}

/** Returns the text of the document, if the parser kept it. */
export function sourceOf(document: unknown): string | undefined {
  return (document as Document | null | undefined)?.loc?.source?.body
}
