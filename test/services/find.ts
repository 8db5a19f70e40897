/** Finds a service: tries its possible sources in turn. */

import type { ServiceDefinition } from './definition.js'
import { startByCompose } from './docker.js'
import { startProgram } from './program.js'
import type { Supervised } from './supervise.js'

/** A service that answers at `url`, or why there is none. */
export type Service =
  | { available: true; name: string; url: string; from: string }
  | { available: false; name: string; reason: string }

/** A service, and its server if one was started. */
export interface Found {
  service: Service
  server?: Supervised
}

/** The variable that tells test processes why a service is missing, so that each need not try again. */
export function unavailableVariable(definition: ServiceDefinition): string {
  return definition.urlVariable.replace(/_URL$/, '_UNAVAILABLE')
}

/** Finds the server that the environment names, or has Docker start one; without either, returns the reasons. */
export async function look(
  definition: ServiceDefinition,
  env: NodeJS.ProcessEnv,
): Promise<{ found?: Found; reasons: string[] }> {
  const { name, urlVariable } = definition
  const known = env[unavailableVariable(definition)]
  if (known) return { found: { service: { available: false, name, reason: known } }, reasons: [] }

  const reasons: string[] = []
  const url = env[urlVariable]
  if (url) {
    try {
      await definition.probe(url)
      return { found: { service: { available: true, name, url, from: urlVariable } }, reasons }
    } catch (error) {
      reasons.push(`${urlVariable}=${withoutPassword(url)}: ${reasonOf(error)}`)
    }
  }
  try {
    const server = await startByCompose(definition)
    return {
      found: { service: { available: true, name, url: server.url, from: 'docker compose' }, server },
      reasons,
    }
  } catch (error) {
    return { reasons: [...reasons, `docker compose: ${reasonOf(error)}`] }
  }
}

/** Starts the service from its programs once `installed` has settled; never rejects. */
export async function run(
  definition: ServiceDefinition,
  reasons: readonly string[],
  installed: Promise<void>,
): Promise<Found> {
  const { name, program } = definition
  try {
    const server = await startProgram(definition, installed)
    return { service: { available: true, name, url: server.url, from: program.from }, server }
  } catch (error) {
    const reason = [...reasons, `${program.from}: ${reasonOf(error)}`].join('; ')
    return { service: { available: false, name, reason } }
  }
}

function reasonOf(error: unknown): string {
  // Node reports a refused connection to several addresses as an AggregateError without a message.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/** Removes the credentials of an address, which must not be logged. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//')
}
