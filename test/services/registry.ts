/** The services that tests can ask for; a new one is a file beside this one and a row here. */

import type { ServiceDefinition } from './definition.js'
import { postgres } from './postgres.js'

const definitions = { postgres } satisfies Record<string, ServiceDefinition>

/** A name that {@link definitionOf} knows. */
export type ServiceName = keyof typeof definitions

/** Every known service, in the order they are started. */
export const serviceNames = Object.keys(definitions) as ServiceName[]

/** The definition of a service. */
export function definitionOf(name: ServiceName): ServiceDefinition {
  return definitions[name]
}
