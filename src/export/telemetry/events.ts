/**
 * Events of telemetry.
 *
 * | `request_type` | when | payload |
 * |---|---|---|
 * | `app-started` | first | `products`, `configuration` |
 * | `app-integrations-change` | a module was patched, an integration switched | `integrations` |
 * | `app-dependencies-loaded` | packages were loaded | `dependencies`, at most 2000 |
 * | `app-client-configuration-change` | settings came from the agent | `configuration` |
 * | `generate-metrics` | counters have grown | `namespace`, `series` |
 * | `app-heartbeat` | each minute | – |
 * | `app-extended-heartbeat` | each day | all of the first three |
 * | `app-closing` | last | – |
 */

import type { Setting } from './settings'

/** An event, as it is sent. */
export interface TelemetryEvent {
  request_type: string
  payload: object
}

/** An integration, as the patch floor reports it. */
export interface Integration {
  name: string
  version: string | undefined
  enabled: boolean
  isBroken: boolean
}

/** A package that is loaded. */
export interface Dependency {
  name: string
  /** Version in its package.json; undefined when there is none. */
  version: string | undefined
}

/** The increase of one counter since the last message. */
export interface Series {
  metric: string
  points: [timeS: number, value: number][]
  /** Seconds that the series covers. */
  interval: number
  type: 'count'
  tags: readonly string[]
  /** The name is one that all tracers share. */
  common: true
}

const PRODUCTS = { appsec: { enabled: false }, profiler: { enabled: false } }

/** Returns the first event. */
export function appStarted(configuration: readonly Setting[]): TelemetryEvent {
  return { request_type: 'app-started', payload: { products: PRODUCTS, configuration } }
}

/** Returns an event with new or changed integrations. */
export function integrationsChange(integrations: readonly Integration[]): TelemetryEvent {
  return { request_type: 'app-integrations-change', payload: { integrations: integrations.map(toWire) } }
}

/** Returns an event with packages that were loaded. */
export function dependenciesLoaded(dependencies: readonly Dependency[]): TelemetryEvent {
  return { request_type: 'app-dependencies-loaded', payload: { dependencies } }
}

/** Returns an event with changed settings. */
export function configurationChange(configuration: readonly Setting[]): TelemetryEvent {
  return { request_type: 'app-client-configuration-change', payload: { configuration } }
}

/** Returns an event with counters. */
export function metrics(series: readonly Series[]): TelemetryEvent {
  return { request_type: 'generate-metrics', payload: { namespace: 'tracers', series } }
}

/** The event that says that the process lives. */
export const heartbeat: TelemetryEvent = { request_type: 'app-heartbeat', payload: {} }

/** Returns an event that repeats all that was reported. */
export function extendedHeartbeat(
  configuration: readonly Setting[],
  integrations: readonly Integration[],
  dependencies: readonly Dependency[],
): TelemetryEvent {
  return {
    request_type: 'app-extended-heartbeat',
    payload: { configuration, integrations: integrations.map(toWire), dependencies },
  }
}

/** The last event. */
export const closing: TelemetryEvent = { request_type: 'app-closing', payload: {} }

function toWire({ name, version, enabled, isBroken }: Integration): object {
  return {
    name,
    version,
    enabled,
    auto_enabled: true,
    error: isBroken ? 'switched off after too many failures' : undefined,
  }
}
