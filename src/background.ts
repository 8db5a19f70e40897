/**
 * Remote configuration and telemetry, as one signal of which nothing ever waits. What makes them is loaded some seconds
 * after start: most of what a short program does is over by then, and its first traces have left.
 */

import type { AgentServices, AgentServicesParts } from './agent-services'
import type { Config } from './core/config/resolve'
import { runDetached } from './core/detached-context'
import { fence } from './core/fence'
import { isServerless } from './core/serverless'
import type { Signal } from './core/signal'
import { loadAgentServices } from './lazy'
import { later } from './std/timer'

const OPENED_AFTER_MS = 3000
/** Time for the last message of telemetry. */
const CLOSING_MS = 500

export function wantsBackground({ remoteConfig, telemetry }: Config): boolean {
  return (remoteConfig || telemetry) && !isServerless(process.env)
}

export function openBackground(parts: AgentServicesParts): Signal {
  let services: AgentServices | undefined
  let sendClosing: ((timeoutMs: number) => Promise<unknown>) | undefined
  const opening = runDetached(
    later,
    () => {
      services = fence('background', () => new (loadAgentServices().AgentServices)(parts))
    },
    OPENED_AFTER_MS,
  )
  return {
    // Behind the traces, which use the same connection.
    lane: 'agent',
    items: 'messages',
    isPending: false,
    flush: async () => undefined,
    takeUnsent: () => undefined,
    giveUp: () => 0,
    learn: info => services?.learn(info),
    setUrl: () => services?.followTransport(),
    beforeIdleExit() {
      void services?.closing()(CLOSING_MS)
    },
    beforeShutdown() {
      clearTimeout(opening)
      sendClosing = services?.closing()
      services?.stop()
    },
    async shutdown(timeoutMs) {
      await sendClosing?.(Math.min(timeoutMs, CLOSING_MS))
      return undefined
    },
  }
}
