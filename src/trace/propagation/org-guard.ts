/**
 * Keeps traces of other organisations from deciding here: each organisation has a marker, which its agents know
 * (`/info`, `org_prop_marker`) and its tracers send along as `_dd.p.opm`.
 */

import type { LocalTrace } from '../local-trace'
import { UNDECIDED } from '../priority'
import { RemoteContext } from '../remote-context'

const MARKER = '_dd.p.opm'

export interface OrgGuardOptions {
  /** A context without a marker is foreign too. */
  strict: boolean
  /** Markers of other organisations that may decide. */
  trusted: readonly string[]
}

export class OrgGuard {
  /** Our own marker; empty until the agent has said it, and nothing is guarded until then. */
  marker = ''
  readonly #options: OrgGuardOptions

  constructor(options: OrgGuardOptions) {
    this.#options = options
  }

  /** Takes our marker from what the agent says about itself. */
  learn(info: Readonly<Record<string, unknown>>): void {
    const { org_prop_marker: marker } = info
    this.marker = typeof marker === 'string' ? marker : ''
  }

  /**
   * Takes from a foreign context its sampling decision, origin and tags. Ids and baggage stay, so that a call that comes
   * back to its own organisation is still one trace.
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

  /** Our own marker goes out in place of any other. */
  stamp(identity: LocalTrace | RemoteContext): void {
    if (this.marker === '' || identity.propagated?.[MARKER] === this.marker) return
    // Tags of a context that came in are shared with others that had the same header.
    identity.propagated = { ...identity.propagated, [MARKER]: this.marker }
    if (!(identity instanceof RemoteContext)) identity.outgoing = undefined
  }
}
