/**
 * The description of the sender: a resource of OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/resource/).
 */

import { hostname } from 'node:os'
import type { Config } from '../../core/config/resolve'
import { containerHeaders } from '../../core/container'
import { runtimeId } from '../../core/runtime-id'
import { gitOf, userTags } from '../../core/unified-tags'
import type { TagValue } from '../../trace/site'
import type { ResourceAttributes } from './output'

/** Returns the attributes of this process without its service; those that the user gave win. */
export function processAttributes(config: Config, tracerVersion: string): ResourceAttributes {
  const { env } = config
  const { commit, repository } = gitOf(config)
  const attributes: Record<string, TagValue | undefined> = {
    'service.instance.id': runtimeId,
    // The second is the older name, which dashboards still ask for.
    'deployment.environment.name': env,
    'deployment.environment': env,
    'telemetry.sdk.name': 'datadog',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': tracerVersion,
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'host.name': config.reportHostname ? hostname() : undefined,
    'container.id': containerHeaders()['Datadog-Container-ID'],
    'vcs.ref.head.revision': commit,
    'vcs.repository.url.full': repository,
    ...userTags(config),
  }
  return Object.fromEntries(Object.entries(attributes).filter(isSet))
}

/** Returns the resource of the spans of `service`. Only the application's own service has the application's version. */
export function resourceOf(service: string, common: ResourceAttributes, config: Config): ResourceAttributes {
  const { version } = config
  const isOwn = service.toLowerCase() === config.service?.toLowerCase()
  return isOwn && version !== undefined
    ? { 'service.name': service, 'service.version': version, ...common }
    : { 'service.name': service, ...common }
}

function isSet(entry: [string, TagValue | undefined]): entry is [string, TagValue] {
  return entry[1] !== undefined && entry[1] !== ''
}
