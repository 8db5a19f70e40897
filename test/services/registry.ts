/** The services that tests can ask for; a new one is a file beside this one and a row here. */

import type { ServiceDefinition } from './definition.js'
import { kafka } from './kafka.js'
import { mariadb } from './mariadb.js'
import { memcached } from './memcached.js'
import { mongodb } from './mongodb.js'
import { postgres } from './postgres.js'
import { rabbitmq } from './rabbitmq.js'
import { redis } from './redis.js'

const definitions = {
  postgres,
  mariadb,
  mongodb,
  redis,
  memcached,
  rabbitmq,
  kafka,
} satisfies Record<string, ServiceDefinition>

/** A name that {@link definitionOf} knows. */
export type ServiceName = keyof typeof definitions

/** Every known service. */
export const serviceNames = Object.keys(definitions) as ServiceName[]

/** The definition of a service. */
export function definitionOf(name: ServiceName): ServiceDefinition {
  return definitions[name]
}
