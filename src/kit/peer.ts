/** The tag `peer.service`: the service that a client span calls, derived where the application did not set it. */

import type { Config } from '../core/config/resolve'
import type { Span } from '../trace/span'

/**
 * Tags `span` if the setting or naming schema v1 asks for it. `precursors` are the tags to derive the name from, the
 * most specific first; `net.peer.name` and `out.host` come after them.
 */
export function tagPeer(span: Span, config: Config, precursors: readonly string[] = []): void {
  if (!config.spanComputePeerService && config.spanAttributeSchema !== 'v1') return
  const { tags } = span
  let source = 'peer.service'
  let value = tags[source]
  if (value === undefined) {
    for (source of [...precursors, 'net.peer.name', 'out.host']) {
      value = tags[source]
      if (value !== undefined && value !== '') break
    }
  }
  if (value === undefined || value === '') return
  const name = String(value)
  const renamed = config.peerServiceMapping[name]
  tags['peer.service'] = renamed ?? name
  tags['_dd.peer.service.source'] = source
  if (renamed !== undefined) tags['_dd.peer.service.remapped_from'] = name
}
