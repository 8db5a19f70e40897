/** Opens the propagator and its organisation guard by the configuration. */

import type { Config } from '../../core/config/resolve'
import { log } from '../../core/log'
import { OrgGuard } from './org-guard'
import { Propagator } from './propagator'
import { parseStyles, type Style } from './styles'

/** The part of the configuration that `openPropagator` reads. */
export type PropagatorConfig = Pick<
  Config,
  | 'propagationStyle'
  | 'propagationStyleInject'
  | 'propagationStyleExtract'
  | 'propagationExtractFirst'
  | 'propagationBehaviorExtract'
  | 'tagsMaxLength'
  | 'baggageMaxItems'
  | 'baggageMaxBytes'
  | 'baggageTagKeys'
  | 'legacyBaggageEnabled'
>

/** Returns the propagator. `orgGuard` is what `openOrgGuard` returned for the same configuration. */
export function openPropagator(config: PropagatorConfig, orgGuard?: OrgGuard): Propagator {
  const common = usableStyles(config.propagationStyle)
  const { propagationStyleInject: injected, propagationStyleExtract: extracted } = config
  return new Propagator({
    inject: injected.length > 0 ? usableStyles(injected) : common,
    extract: extracted.length > 0 ? usableStyles(extracted) : common,
    extractFirst: config.propagationExtractFirst,
    behavior: config.propagationBehaviorExtract,
    maxTagsLength: config.tagsMaxLength,
    baggageMaxItems: config.baggageMaxItems,
    baggageMaxBytes: config.baggageMaxBytes,
    baggageTagKeys: config.baggageTagKeys,
    legacyBaggage: config.legacyBaggageEnabled,
    orgGuard,
  })
}

/** Returns the guard against sampling decisions of other organisations; undefined unless it is switched on. */
export function openOrgGuard(
  config: Pick<Config, 'orgGuard' | 'orgGuardStrict' | 'orgGuardTrusted'>,
): OrgGuard | undefined {
  if (!config.orgGuard) return undefined
  return new OrgGuard({ strict: config.orgGuardStrict, trusted: config.orgGuardTrusted })
}

function usableStyles(names: readonly string[]): Style[] {
  const { styles, unknown } = parseStyles(names)
  if (unknown.length === 0) return styles
  log.warn('propagation style', `propagation style ${unknown.join(', ')} is not known; using the default`)
  return ['datadog', 'tracecontext', 'baggage']
}
