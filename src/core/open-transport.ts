/** Opens connections to the agent that the configuration names. */

import { resolveAgentUrl } from './agent-url'
import type { Config } from './config/resolve'
import { log } from './log'
import { Transport } from './transport'

/** Opens a new connection for the caller. A setting that cannot be used is logged, and its default taken. */
export function openTransport(config: Config): Transport {
  return new Transport(agentUrlOf(config), config.lookup)
}

/** Returns the URL of the agent, always one that a `Transport` understands. */
export function agentUrlOf({ url, hostname, port, origins }: Config): string {
  const isPortSet = origins.port !== 'default'
  const resolved = resolveAgentUrl({ url, hostname, port: isPortSet ? port : undefined })
  if (resolved.problem !== undefined) log.warn('agent url', resolved.problem)
  return resolved.url
}
