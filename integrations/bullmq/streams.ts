/** Jobs as checkpoints of data streams; made only when these are monitored. */

import { activePathway, type PatchTools, type Pathway, type Span } from '../../src/kit/index'

/** A job leaves for a queue, from what the running code handles. */
export function sent(queue: string, data: unknown, span: Span, tools: PatchTools): Pathway | undefined {
  const tags = ['direction:out', `topic:${queue}`, 'type:bullmq']
  return tools.dataStreams?.checkpoint(tags, activePathway(), sizeOf(data), span)
}

/** A job has come to a worker. */
export function received(
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

/** Bytes of the text that is stored. */
function sizeOf(data: unknown): number {
  const text = JSON.stringify(data)
  return text === undefined ? 0 : Buffer.byteLength(text)
}
