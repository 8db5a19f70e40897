/** State that the clients of the modules `http` and `https` share. */

import type { Agent } from 'node:http'
import { clientOptions, type HttpOptions } from '../../src/kit/http/index'
import { type ConfiguredSite, type PatchTools, perIntegration } from '../../src/kit/index'

/** State of the client side of the integration `http`. */
export interface HttpClientState {
  readonly site: ConfiguredSite
  options: HttpOptions
  readonly tools: PatchTools
  /** The global agents of both modules, before the application replaces any. */
  readonly ownAgents: WeakSet<Agent>
}

/** Finds the state of an integration. */
export const stateOf = perIntegration(tools => {
  const site = tools.site({
    name: { v0: 'http.request', v1: 'http.client.request' },
    type: 'http',
    kind: 'client',
  })
  const state: HttpClientState = { site, options: clientOptions(tools), tools, ownAgents: new WeakSet() }
  tools.state.onConfigure(() => {
    state.options = clientOptions(tools)
  })
  return state
})
