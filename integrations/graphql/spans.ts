/** The sites of the integration and its options as they are now: one for all of its targets. */

import type { ConfiguredSite, IntegrationState, PatchTools } from '../../src/kit/index'
import { type GraphqlOptions, readOptions } from './options'
import { SchemaResolvers } from './resolvers'

export interface Live {
  readonly tools: PatchTools
  readonly execute: ConfiguredSite
  readonly parse: ConfiguredSite
  readonly validate: ConfiguredSite
  readonly resolve: ConfiguredSite
  readonly resolvers: SchemaResolvers
  options: GraphqlOptions
}

const lives = new WeakMap<IntegrationState, Live>()

export function liveOf(tools: PatchTools): Live {
  let live = lives.get(tools.state)
  if (live === undefined) {
    const type = 'graphql'
    const made: Live = {
      tools,
      execute: tools.site({
        name: { v0: 'graphql.execute', v1: 'graphql.server.request' },
        type,
        kind: 'server',
      }),
      parse: tools.site({ name: 'graphql.parse', type }),
      validate: tools.site({ name: 'graphql.validate', type }),
      resolve: tools.site({ name: 'graphql.resolve', type }),
      resolvers: new SchemaResolvers(() => made),
      options: readOptions(tools),
    }
    tools.state.onConfigure(() => {
      made.options = readOptions(tools)
    })
    lives.set(tools.state, made)
    live = made
  }
  return live
}
