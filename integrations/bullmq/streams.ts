/** Records jobs as checkpoints of data streams; created only when data streams are monitored. */

import { activePathway, type PatchTools, type Pathway, type Span } from '../../src/kit/index'

/** Records a job that the running code adds to a queue. */
export function recordSent(queue: string, data: unknown, span: Span, tools: PatchTools): Pathway | undefined {
  const tags = ['direction:out', `topic:${queue}`, 'type:bullmq']
  return tools.dataStreams?.checkpoint(tags, activePathway(), sizeOf(data), span)
}

/** Records a job that has come to a worker. */
export function recordReceived(
  queue: string,
  data: unknown,
  carrier: Record<string, unknown> | undefined,
  span: Span,
  tools: PatchTools,
): Pathway | undefined {
  const tags = ['direction:in', `topic:${queue}`, 'type:bullmq']
  const { dataStreams } = tools
  return dataStreams?.checkpoint(tags, dataStreams.extract(carrier), sizeOf(data), span)
}

/** Returns the bytes of the text that is stored. */
function sizeOf(data: unknown): number {
  const text = JSON.stringify(data)
  return text === undefined ? 0 : Buffer.byteLength(text)
}
