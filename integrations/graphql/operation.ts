/** What a document asks for, found once however often it is executed. */

import { signatureOf } from './signature'
import type { Document, SyntaxNode } from './types'

/** Apollo Server asks itself so whether it is well. */
export const HEALTH_CHECK = '__ApolloServiceHealthCheck__'

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

  /** `query Name`. */
  get title(): string {
    return this.name === undefined ? this.type : `${this.type} ${this.name}`
  }
}

const known = new WeakMap<Document, Map<string, Operation | undefined>>()

/** The operation of that name, or the first; undefined when there is none. */
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

export function isDocument(value: unknown): value is Document {
  return Array.isArray((value as Document | null | undefined)?.definitions)
}

/** The text of the document, where its author did not throw it away. */
export function sourceOf(document: unknown): string | undefined {
  return (document as Document | null | undefined)?.loc?.source?.body
}
