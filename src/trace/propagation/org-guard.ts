/**
 * Ignores the sampling decisions of other organisations. Each organisation has a marker, which its agents report
 * (`/info`, `org_prop_marker`) and its tracers propagate as `_dd.p.opm`.
 */

import type { LocalTrace } from '../local-trace'
import { UNDECIDED } from '../priority'
import { RemoteContext } from '../remote-context'

const MARKER = '_dd.p.opm'

/** Settings of an `OrgGuard`; `openOrgGuard` takes these from the configuration. */
export interface OrgGuardOptions {
  /** Whether a context without a marker is treated as foreign. */
  strict: boolean
  /** Markers of other organisations whose decisions are used. */
  trusted: readonly string[]
}

/** Removes decision, origin and tags from foreign contexts, and propagates the own marker. */
export class OrgGuard {
  /**
   * The marker of this organisation; empty until the agent has reported it, and until then every context is trusted.
   */
  marker = ''
  readonly #options: OrgGuardOptions

  constructor(options: OrgGuardOptions) {
    this.#options = options
  }

  /** Takes the own marker from the agent's answer to `/info`. */
  learn(info: Readonly<Record<string, unknown>>): void {
    const { org_prop_marker: marker } = info
    this.marker = typeof marker === 'string' ? marker : ''
  }

  /**
   * Removes sampling decision, origin and tags from a foreign context. Ids and baggage stay, so that a call that
   * comes back to its own organisation is still one trace.
   */
  enforce(context: RemoteContext): void {
    if (this.marker === '' || this.#isTrusted(context.propagated?.[MARKER])) return
    context.priority = UNDECIDED
    context.origin = undefined
    context.propagated = undefined
    context.unknownTracestate = ''
    context.lastDatadogParent = ''
  }

  #isTrusted(marker: string | undefined): boolean {
    if (marker === undefined) return !this.#options.strict
    return marker === this.marker || this.#options.trusted.includes(marker)
  }

  /** Puts the own marker into the propagated tags, in place of any other. */
  stamp(identity: LocalTrace | RemoteContext): void {
    if (this.marker === '' || identity.propagated?.[MARKER] === this.marker) return
    // Contexts with the same header share one object of tags (datadog-tags.ts).
    identity.propagated = { ...identity.propagated, [MARKER]: this.marker }
    if (!(identity instanceof RemoteContext)) identity.outgoing = undefined
  }
}
