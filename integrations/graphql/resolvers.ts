/**
 * Wrapping of resolvers. They are replaced in the schema, once, by functions with the same name and length, and only on
 * the types that fields within the wanted depth can have. graphql reads resolvers only from there; any other hook would
 * cost time for every field of every response. Fields without a resolver of their own, which read a property, get no
 * span.
 */

import { type AnyFunction, disguise } from '../../src/kit/index'
import { namedTypeOf } from './named-type'
import { resolveIn } from './resolving'
import type { GraphqlState, ResolverSpans } from './state'
import type { Field, NamedType, Resolver, Schema } from './types'

/** The application's resolver behind each replacement. */
const originals = new WeakMap<Resolver, Resolver>()
/** The default resolvers of graphql, which schemas may name explicitly; they get no spans. */
const standard = new WeakSet<object>()

/** Remembers a default resolver of graphql. */
export function noteStandard(resolver: unknown): void {
  if (typeof resolver === 'function') standard.add(resolver)
}

/** Wraps and restores the resolvers of schemas. */
export class SchemaResolvers implements ResolverSpans {
  readonly #getState: () => GraphqlState
  /** Number of levels that are wrapped, by schema. */
  #depths = new WeakMap<Schema, number>()
  #schemas: WeakRef<Schema>[] = []

  constructor(getState: () => GraphqlState) {
    this.#getState = getState
  }

  prepare(schema: Schema, depth: number): void {
    const wanted = depth < 0 ? Number.POSITIVE_INFINITY : depth
    const done = this.#depths.get(schema)
    if (done !== undefined && done >= wanted) return
    if (typeof schema.getQueryType !== 'function') return
    this.#depths.set(schema, wanted)
    if (done === undefined) this.#remember(schema)
    const seen = new Set<NamedType>()
    let types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    for (let level = 0; level < wanted && types.length > 0; level++) {
      const below: NamedType[] = []
      for (const type of types) {
        if (type === undefined || type === null || seen.has(type)) continue
        seen.add(type)
        for (const field of Object.values(type.getFields?.() ?? {})) {
          this.#replace(type, field)
          below.push(...objectsOf(schema, field.type))
        }
      }
      types = below
    }
  }

  restore(): void {
    for (const reference of this.#schemas) {
      for (const type of Object.values(reference.deref()?.getTypeMap() ?? {})) {
        for (const field of Object.values(type.getFields?.() ?? {})) {
          const original = field.resolve && originals.get(field.resolve)
          if (original !== undefined) field.resolve = original
        }
      }
    }
    this.#schemas = []
    this.#depths = new WeakMap()
  }

  #remember(schema: Schema): void {
    this.#schemas = this.#schemas.filter(reference => reference.deref() !== undefined)
    this.#schemas.push(new WeakRef(schema))
  }

  #replace(type: NamedType, field: Field): void {
    const descriptor = Object.getOwnPropertyDescriptor(field, 'resolve')
    const original = descriptor?.value as Resolver | undefined
    if (typeof original !== 'function' || !descriptor?.writable) return
    if (originals.has(original) || standard.has(original)) return
    const wrapper = disguise(
      resolveIn(this.#getState, type, field, original) as AnyFunction,
      original as AnyFunction,
    )
    originals.set(wrapper, original)
    field.resolve = wrapper
  }
}

/** Returns the object types that a field can have as values. */
function objectsOf(schema: Schema, type: Field['type']): readonly NamedType[] {
  const named = namedTypeOf(type)
  return 'resolveType' in named ? (schema.getPossibleTypes(named) ?? []) : [named]
}
