/** Finds or starts real servers, and says in environment variables where they are. */

import { startByDebian } from './debian.js'
import type { ServiceDefinition } from './definition.js'
import { startByCompose } from './docker.js'
import { definitionOf, type ServiceName } from './registry.js'
import type { Supervised } from './supervise.js'

/** A service that answers at `url`, or why there is none. */
export type Service =
  | { available: true; name: string; url: string; from: string }
  | { available: false; name: string; reason: string }

/** What {@link startServices} found; `env` is for the processes that run tests. */
export interface Services {
  env: Record<string, string>
  services: Service[]
  stop(): Promise<void>
}

/** The variable that tells test processes why a service is missing, so that each need not try again. */
export function unavailableVariable(definition: ServiceDefinition): string {
  return definition.urlVariable.replace(/_URL$/, '_UNAVAILABLE')
}

/**
 * Gives each named service: one that answers already, else Docker's, else Debian's. Never rejects: what cannot be
 * had is `available: false` with every reason. What was started runs until `stop()` or the end of this process.
 *
 * @example
 * const { env, stop } = await startServices(['postgres'])
 * spawn(process.execPath, ['--test', file], { env: { ...process.env, ...env } })
 */
export async function startServices(names: readonly ServiceName[], from = process.env): Promise<Services> {
  const found = await Promise.all(names.map(name => find(definitionOf(name), from)))
  const env: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    const definition = definitionOf(name)
    const service = found[index]?.service
    if (service?.available) env[definition.urlVariable] = service.url
    else if (service) env[unavailableVariable(definition)] = service.reason
  }
  return {
    env,
    services: found.map(({ service }) => service),
    stop: async () => {
      await Promise.all(found.map(({ server }) => server?.stop()))
    },
  }
}

interface Found {
  service: Service
  server?: Supervised
}

async function find(definition: ServiceDefinition, env: NodeJS.ProcessEnv): Promise<Found> {
  const { name } = definition
  const known = env[unavailableVariable(definition)]
  if (known) return { service: { available: false, name, reason: known } }

  const reasons: string[] = []
  const addresses = [env[definition.urlVariable], definition.usualUrl(env)].filter(url => url !== undefined)
  for (const url of addresses) {
    try {
      await definition.probe(url)
      return { service: { available: true, name, url, from: 'a server that answers' } }
    } catch (error) {
      reasons.push(`${withoutPassword(url)}: ${reasonOf(error)}`)
    }
  }
  for (const [from, start] of [
    ['docker compose', startByCompose],
    ["Debian's package", startByDebian],
  ] as const) {
    try {
      const server = await start(definition)
      return { service: { available: true, name, url: server.url, from }, server }
    } catch (error) {
      reasons.push(`${from}: ${reasonOf(error)}`)
    }
  }
  return { service: { available: false, name, reason: reasons.join('; ') } }
}

function reasonOf(error: unknown): string {
  // Node reports a refused connection to several addresses as an AggregateError without a message.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/** The address without its credentials, which do not belong into a log. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//')
}
