/** Parts of the configuration that every line carries. */

import type { Config } from '../core/config/resolve'
import { containerHeaders } from '../core/container'
import { runtimeId } from '../core/runtime-id'
import { readTags } from './tags'
import type { MetricCardinality } from './types'

/** Prefix, tags and fields of every line. */
export interface LineSettings {
  prefix: string
  /** `service:shop`, … */
  tags: string[]
  /** `|c:ci-…|e:it-false,cn-shop`, or nothing. */
  origin: string
  cardinality: MetricCardinality | undefined
}

/** Reads the settings from the configuration. */
export function lineSettings(config: Config): LineSettings {
  const { service, env, version, tags, dogstatsdTags, entityId } = config
  const all: Record<string, string | undefined> = { ...tags, ...dogstatsdTags, service, env, version }
  if (config.runtimeMetricsRuntimeId) all['runtime-id'] = runtimeId
  if (entityId !== undefined) all['dd.internal.entity_id'] = entityId
  return {
    prefix: config.dogstatsdPrefix,
    tags: readTags(identityFirst(all)),
    origin: config.originDetection ? originFields(config.externalEnv) : '',
    cardinality: config.cardinality === 'agent' ? undefined : config.cardinality,
  }
}

function identityFirst({ service, env, version, ...others }: Record<string, string | undefined>) {
  return { service, env, version, ...others }
}

/** Fields by which the agent knows the container, if its `dogstatsd_origin_detection_client` is on. */
function originFields(externalEnv: string | undefined): string {
  const headers = containerHeaders(externalEnv)
  const container = headers['Datadog-Entity-ID']
  const external = headers['Datadog-External-Env']?.replaceAll('|', '')
  return (container === undefined ? '' : `|c:${container}`) + (external ? `|e:${external}` : '')
}
