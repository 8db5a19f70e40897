/** Opens the writer of traces to the agent as the configuration asks for it. */

import type { Config } from '../../core/config/resolve'
import { commonTags } from '../encode/common-tags'
import { identityHeaders } from './trace-headers'
import { AgentWriter } from './writer'
import type { WriterOptions } from './writer-options'

/** Parts of the writer that are not in the configuration, and options that win over it. */
export interface WriterParts extends Partial<WriterOptions> {
  transport: WriterOptions['transport']
  tracerVersion: string
}

/** Opens a writer; `parts` win over the configuration. */
export function openWriter(config: Config, { tracerVersion, ...parts }: WriterParts): AgentWriter {
  const { externalEnv } = config
  const processTags = commonTags(config).chunkMeta['_dd.tags.process']
  return new AgentWriter({
    commonTags: () => commonTags(config),
    protocolVersion: config.protocolVersion,
    delayMs: config.flushInterval,
    headers: identityHeaders({ tracerVersion, externalEnv, processTags }),
    ...parts,
  })
}
