/** Opens data streams monitoring as the configuration asks for it. Loaded only if `dsmEnabled` is on. */

import type { Config } from '../../core/config/resolve'
import type { Transport } from '../../core/transport'
import { userTags } from '../../core/unified-tags'
import { commonTags } from '../encode/common-tags'
import { identityHeaders } from '../send/trace-headers'
import { DataStreamsMonitor } from './monitor'

/** Opens data streams monitoring of this process. */
export function openDataStreams(
  config: Config,
  tracerVersion: string,
  transport: Transport,
): DataStreamsMonitor {
  const { service, chunkMeta } = commonTags(config)
  const processTags = chunkMeta['_dd.tags.process'] ?? ''
  return new DataStreamsMonitor({
    transport,
    headers: {
      ...identityHeaders({ tracerVersion, externalEnv: config.externalEnv, processTags }),
      'Datadog-Meta-Lang': 'javascript',
    },
    identity: {
      Env: config.env ?? '',
      Service: service,
      Version: config.version ?? '',
      TracerVersion: tracerVersion,
      Lang: 'javascript',
      Tags: Object.entries(userTags(config)).map(([name, value]) => `${name}:${value}`),
      ProcessTags: processTags === '' ? [] : processTags.split(','),
    },
  })
}
