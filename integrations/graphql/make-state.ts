/** Creation of the integration's state. */

import { perIntegration } from '../../src/kit/index'
import { readOptions } from './options'
import { SchemaResolvers } from './resolvers'
import type { GraphqlState } from './state'

/** Finds the state of the integration. */
export const stateOf = perIntegration(tools => {
  const type = 'graphql'
  const state: GraphqlState = {
    tools,
    execute: tools.site({
      name: { v0: 'graphql.execute', v1: 'graphql.server.request' },
      type,
      kind: 'server',
    }),
    parse: tools.site({ name: 'graphql.parse', type }),
    validate: tools.site({ name: 'graphql.validate', type }),
    resolve: tools.site({ name: 'graphql.resolve', type }),
    resolvers: new SchemaResolvers(() => state),
    options: readOptions(tools),
  }
  tools.state.onConfigure(() => {
    state.options = readOptions(tools)
  })
  return state
})
