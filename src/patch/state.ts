/** The state of one integration: whether it is on, its options, its sites, and how often it failed. */

import type { Config } from '../core/config/resolve'
import { reportFailure } from '../core/fence'
import { log } from '../core/log'
import { Site, type SiteOptions } from '../trace/site'

/** Failures after which an integration is switched off for the process. */
const MAX_FAILURES = 10

/** A kind of span that an integration makes. */
export interface SiteDefinition extends Omit<SiteOptions, 'name' | 'service' | 'serviceSource'> {
  /** Operation name, or one for each naming schema. */
  name: string | { v0: string; v1: string }
  /** Suffix of the service name in schema v0: `postgres` makes `shop-postgres`; undefined = the tracer's service. */
  serviceSuffix?: string
  /** Source of that service name (`_dd.svc_src`), if it is not the name of the integration. */
  serviceSource?: string
}

/** Holds the site for the current options: read `site` for each span. */
export interface ConfiguredSite {
  site: Site
}

/** Options of `use()`. */
export type Options = Readonly<Record<string, unknown>>

/** Passed to instrumented code, which asks it at each call. */
export class IntegrationState {
  readonly name: string
  /** Whether instrumented code makes spans; read at each call. */
  enabled: boolean
  /** Options of `use()`, replaced by each call. */
  options: Options = {}
  readonly #config: Config
  readonly #sites: { configured: ConfiguredSite; definition: SiteDefinition }[] = []
  readonly #listeners: (() => void)[] = []
  #failures = 0
  /** The value of `enabled` while tracing as a whole is on. */
  #isWanted: boolean
  #isPaused = false

  constructor(name: string, config: Config, enabled: boolean) {
    this.name = name
    this.#config = config
    this.enabled = this.#isWanted = enabled
  }

  /** Whether the integration has failed too often. */
  get isBroken(): boolean {
    return this.#failures >= MAX_FAILURES
  }

  /**
   * Replaces the options by those of `use(name, options)`, of which `enabled` or a boolean switches the integration.
   */
  configure(options: Options | boolean): void {
    this.options = typeof options === 'object' && options !== null ? options : {}
    this.#isWanted = typeof options === 'boolean' ? options : options.enabled !== false
    this.enabled = this.#isWanted && !this.#isPaused
    this.#failures = 0
    for (const { configured, definition } of this.#sites) configured.site = this.#build(definition)
    this.reread()
  }

  /** Calls the listeners of `onConfigure`, since the configuration has changed. */
  reread(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Switches the integration off while `isPaused`. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.enabled = this.#isWanted && !isPaused
  }

  /** Calls `listener` now and whenever the options or the configuration change. */
  onConfigure(listener: () => void): void {
    this.#listeners.push(listener)
    listener()
  }

  /** Returns the site for a kind of span, which is built anew when the options change. */
  site(definition: SiteDefinition): ConfiguredSite {
    const configured = { site: this.#build(definition) }
    this.#sites.push({ configured, definition })
    return configured
  }

  /** Counts an error that code of the integration threw; switches the integration off when there are too many. */
  failed(error: unknown): void {
    reportFailure(`integration ${this.name}`, error)
    if (++this.#failures === MAX_FAILURES) {
      this.enabled = this.#isWanted = false
      log.error(
        `integration ${this.name} off`,
        `integration ${this.name} switched off after ${MAX_FAILURES} failures`,
      )
    }
  }

  #build(definition: SiteDefinition): Site {
    const { name, serviceSuffix, serviceSource, ...rest } = definition
    const schema = this.#config.spanAttributeSchema
    return new Site({
      ...rest,
      ...this.#service(serviceSuffix, serviceSource),
      name: typeof name === 'string' ? name : name[schema],
      integration: rest.integration ?? this.name,
      measured: typeof this.options.measured === 'boolean' ? this.options.measured : rest.measured,
    })
  }

  #service(suffix: string | undefined, source = this.name): { service?: string; serviceSource?: string } {
    const own = this.#config.service ?? 'node'
    const option = this.options.service ?? this.#config.serviceMapping[this.name]
    if (typeof option === 'string' && option !== '') {
      return option === own ? { service: own } : { service: option, serviceSource: 'opt.plugin' }
    }
    if (
      suffix === undefined ||
      this.#config.spanAttributeSchema === 'v1' ||
      this.#config.spanRemoveIntegrationFromService
    ) {
      return { service: own }
    }
    return { service: `${own}-${suffix}`, serviceSource: source }
  }
}
