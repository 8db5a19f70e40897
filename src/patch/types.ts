/** What an integration is, to the patch layer. */

import type { Config } from '../core/config/resolve'
import type { Row } from '../core/config/row'
import type { DataStreams } from '../trace/data-streams'
import type { TraceRuntime } from '../trace/local-trace'
import type { Propagator } from '../trace/propagation/propagator'
import type { ConfiguredSite, IntegrationState, SiteDefinition } from './state'
import type { AnyFunction } from './wrap'

/** The parts of the tracer that instrumented code uses. */
export interface TracerParts {
  readonly runtime: TraceRuntime
  readonly config: Config
  readonly propagator: Propagator
  /** Only when data streams are monitored. */
  readonly dataStreams?: DataStreams
}

/** What a target gets to work with. */
export interface PatchTools extends TracerParts {
  readonly state: IntegrationState
  /** Version of the package that is being patched; of Node.js for its own modules. */
  readonly version: string
  /** Declares a kind of span; `.site` of the answer follows the options of the integration. */
  site(definition: SiteDefinition): ConfiguredSite
  /** Wraps `owner[name]`; undone when the tracer stops. False when there was nothing to wrap. */
  wrap(owner: object, name: string, wrapper: (original: AnyFunction) => AnyFunction): boolean
  /** Runs our own code; what it throws is logged, counted against the integration, and goes no further. */
  fenced(fn: () => void): void
  /**
   * Listens to a diagnostics channel of the library for as long as the integration is on; fenced, and undone when the
   * tracer stops.
   */
  subscribe(channel: string, listener: (message: never) => void): void
  /** Something else to undo when the tracer stops. */
  onUndo(undo: () => void): void
}

/** One module, or one file of it, and what is done to its exports. */
export interface Target {
  module: string
  /** semver range; absent for modules of Node.js. */
  versions?: string
  /** Path inside the package, for example `lib/layer.js`; absent = the main module. */
  file?: string
  /**
   * Patches the exports in place. What it returns, if anything, replaces them (CommonJS only: an ES module that has been
   * imported keeps its bindings).
   */
  // biome-ignore lint/suspicious/noExplicitAny: exports of other people's libraries
  patch(exports: any, tools: PatchTools): unknown
}

export interface Integration {
  /** For example `pg`: in `DD_TRACE_PG_ENABLED`, `use('pg')`, and the tag `component`. */
  name: string
  /** One sentence for the table of integrations. */
  doc: string
  /** Options of `use(name, { … })`, for the documentation. */
  options?: Record<string, string>
  /** Settings of its own in the environment. */
  rows?: Record<string, Row<unknown>>
  /** Off unless switched on. */
  offByDefault?: boolean
  targets: Target[]
  /**
   * Diagnostics channels that need no module: Node.js itself publishes on them. The integration is loaded by the first
   * message.
   */
  channels?: Readonly<Record<string, (message: never, tools: PatchTools) => void>>
}

/** What a build step writes down about an integration, so that none is loaded before it is needed. */
export interface ManifestEntry {
  name: string
  modules: string[]
  channels?: string[]
  offByDefault?: boolean
  load(): Integration
}
