/** The way to the agent that the configuration names. */

import { resolveAgentUrl } from './agent-url'
import type { Config } from './config/resolve'
import { log } from './log'
import { Transport } from './transport'

/** A connection of its own for each caller. A setting that can't be used is logged, and the default taken. */
export function openTransport(config: Config): Transport {
  return new Transport(agentUrlOf(config), config.lookup)
}

/** Always one that a `Transport` understands. */
export function agentUrlOf({ url, hostname, port, origins }: Config): string {
  const isPortSet = origins.port !== 'default'
  const resolved = resolveAgentUrl({ url, hostname, port: isPortSet ? port : undefined })
  if (resolved.problem !== undefined) log.warn('agent url', resolved.problem)
  return resolved.url
}
