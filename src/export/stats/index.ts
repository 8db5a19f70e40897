/** Opens trace statistics as the configuration asks for it. Loaded only if `stats` is on. */

import { hostname } from 'node:os'
import type { Config } from '../../core/config/resolve'
import { runtimeId } from '../../core/runtime-id'
import type { Transport } from '../../core/transport'
import { commonTags } from '../encode/common-tags'
import { identityHeaders } from '../send/trace-headers'
import { TraceStats } from './trace-stats'

/** Opens the statistics of this process. */
export function openStats(config: Config, tracerVersion: string, transport: Transport): TraceStats {
  const common = commonTags(config)
  const { chunkMeta } = common
  const processTags = chunkMeta['_dd.tags.process'] ?? ''
  const headers = identityHeaders({ tracerVersion, externalEnv: config.externalEnv, processTags })
  return new TraceStats({
    transport,
    common,
    headers,
    identity: {
      Hostname: hostname(),
      Env: config.env ?? '',
      Version: config.version ?? '',
      Service: common.service,
      TracerVersion: tracerVersion,
      RuntimeID: runtimeId,
      ContainerID: headers['Datadog-Container-ID'] ?? '',
      GitCommitSha: chunkMeta['_dd.git.commit.sha'] ?? '',
      ProcessTags: processTags,
    },
  })
}
