/** The types by which an integration describes what it patches, and the tools that it gets for that. */

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
  /** Data streams monitoring; undefined unless it is switched on. */
  readonly dataStreams?: DataStreams
}

/** The tools that `Target.patch` gets. Everything done with these is undone when the tracer stops. */
export interface PatchTools extends TracerParts {
  /** The state of the integration; instrumented code makes spans only while `state.enabled`. */
  readonly state: IntegrationState
  /** Version of the package that is being patched; for modules of Node.js, the version of Node.js. */
  readonly version: string
  /** Declares a kind of span. The property `site` of the result changes with the options of the integration. */
  site(definition: SiteDefinition): ConfiguredSite
  /** Wraps `owner[name]`; false if that is no function, is wrapped already, or cannot be replaced. */
  wrap(owner: object, name: string, wrapper: (original: AnyFunction) => AnyFunction): boolean
  /**
   * Runs code of the integration: an error that it throws is logged and counted against the integration, never
   * rethrown.
   */
  fenced(fn: () => void): void
  /**
   * Subscribes to a diagnostics channel of the library. `listener` is called only while the integration is on,
   * fenced.
   */
  subscribe(channel: string, listener: (message: never) => void): void
  /** Registers a function that undoes other changes when the tracer stops. */
  onUndo(undo: () => void): void
}

/** A module, or a file of a package, and the function that patches its exports. */
export interface Target {
  /** Name of the package, or of a module of Node.js. */
  module: string
  /** Range of versions (semver) that is patched; undefined for modules of Node.js. */
  versions?: string
  /** Path inside the package, for example `lib/layer.js`; undefined = the main module. */
  file?: string
  /**
   * Patches the exports in place, once for each copy of the module. A returned object or function replaces the exports
   * (CommonJS only: an ES module that has been imported keeps its bindings).
   *
   * @example
   * // A span for each call of `lookup(name)`, which returns a promise.
   * export const lookup: Target = {
   *   module: 'address-book',
   *   versions: '>=2 <4',
   *   patch(exports, tools) {
   *     const lookup = tools.site({ name: 'address.lookup', kind: 'client', serviceSuffix: 'address-book' })
   *     tools.wrap(exports, 'lookup', original => {
   *       return function (this: unknown, ...args: unknown[]): unknown {
   *         if (!tools.state.enabled) return Reflect.apply(original, this, args)
   *         // A fresh literal: it belongs to the span from here on.
   *         const span = startSpan(tools.runtime, lookup.site, activeSpan(), { 'address.book': 'home' })
   *         try {
   *           // `original` returns a promise: the span ends when that settles.
   *           return endWithResult(span, runInSpan(span, original, this, args))
   *         } catch (error) {
   *           endSpan(span, true, error, undefined)
   *           throw error
   *         }
   *       }
   *     })
   *   },
   * }
   *
   * @example
   * // A module whose exports are a function: another function replaces it.
   * export const factory: Target = {
   *   module: 'address-book',
   *   versions: '>=2 <4',
   *   file: 'lib/open.js',
   *   patch: (open, tools) => {
   *     const opened = function (this: unknown, ...args: unknown[]): unknown {
   *       const book = Reflect.apply(open, this, args)
   *       tools.fenced(() => activeSpan()?.setTag('address.file', args[0]))
   *       return book
   *     }
   *     return disguise(opened, open)
   *   },
   * }
   */
  // biome-ignore lint/suspicious/noExplicitAny: exports of other people's libraries
  patch(exports: any, tools: PatchTools): unknown
}

/**
 * An integration: the targets of one library. It is the default export of `integrations/<name>/index.ts`; no list has
 * to be changed for a new one.
 *
 * @example
 * // A span for each message on a diagnostics channel that the library publishes.
 * export const mailer = defineIntegration({
 *   name: 'mailer',
 *   doc: 'Mails that are sent with mailer.',
 *   options: { redact: 'Whether recipients are left out of the spans; default false.' },
 *   targets: [
 *     {
 *       module: 'mailer',
 *       versions: '>=1.2',
 *       patch(_exports, tools) {
 *         const send = tools.site({ name: 'mail.send', kind: 'producer' })
 *         tools.subscribe('mailer:send', (message: { recipient: string }) => {
 *           const span = startSpan(tools.runtime, send.site, activeSpan(), {})
 *           if (tools.state.options.redact !== true) span.tags['mail.recipient'] = message.recipient
 *           span.finish()
 *         })
 *       },
 *     },
 *   ],
 * })
 */
export interface Integration {
  /** Name, for example `pg`: in `DD_TRACE_PG_ENABLED`, `use('pg')`, and the tag `component`. */
  name: string
  /** One sentence for the table of integrations. */
  doc: string
  /** Options of `use(name, { … })` with their descriptions, for the documentation. */
  options?: Record<string, string>
  /** Rows of the configuration table for environment variables of this integration. */
  rows?: Record<string, Row<unknown>>
  /** Whether the integration is off until it is switched on; default false. */
  offByDefault?: boolean
  /** Modules to patch. */
  targets: Target[]
  /**
   * Listeners of diagnostics channels on which Node.js itself publishes, by channel. The first message loads the
   * integration; no module has to be loaded for that.
   */
  channels?: Readonly<Record<string, (message: never, tools: PatchTools) => void>>
}

/** A row of the generated manifest: all that must be known of an integration before it is loaded. */
export interface ManifestEntry {
  name: string
  /** Modules of its targets. */
  modules: string[]
  /** Names of its channels. */
  channels?: string[]
  offByDefault?: boolean
  load(): Integration
}
