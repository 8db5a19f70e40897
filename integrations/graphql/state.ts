/** State that the files of the integration share: the sites of its spans, its options, and the wrapped resolvers. */

import type { ConfiguredSite, PatchTools } from '../../src/kit/index'
import type { GraphqlOptions } from './options'
import type { Schema } from './types'

/** Puts spans around the resolvers of schemas (resolvers.ts). */
export interface ResolverSpans {
  /** Replaces the resolvers of the first `depth` levels of `schema`; negative = of all levels. */
  prepare(schema: Schema, depth: number): void
  /** Puts the application's resolvers back. */
  restore(): void
}

/** State of the integration. */
export interface GraphqlState {
  readonly tools: PatchTools
  readonly execute: ConfiguredSite
  readonly parse: ConfiguredSite
  readonly validate: ConfiguredSite
  readonly resolve: ConfiguredSite
  readonly resolvers: ResolverSpans
  options: GraphqlOptions
}
