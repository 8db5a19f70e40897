/** Ready bytes of a v0.4 span: everything up to the tags that vary, and the offsets of the fields that are patched. */

import { MsgpackBuffer } from '../../std/msgpack'
import { cutKey, cutValue } from './limits'

/**
 * Byte offsets of fields in `Block.head`, as `writeHead` writes it: change both together. Single constants, since
 * esbuild does not inline the fields of an object, and these are read nine times for each span.
 */
export const TRACE_ID_OFFSET = 1 + 9 + 1
export const SPAN_ID_OFFSET = TRACE_ID_OFFSET + 8 + 8 + 1
export const PARENT_ID_OFFSET = SPAN_ID_OFFSET + 8 + 10 + 1
export const ERROR_OFFSET = PARENT_ID_OFFSET + 8 + 6
export const START_OFFSET = ERROR_OFFSET + 1 + 6 + 1
export const DURATION_OFFSET = START_OFFSET + 8 + 9 + 1
/** Byte offset of the number of entries in `Block.metrics`. */
export const METRICS_COUNT_OFFSET = 8 + 1

/** Ready bytes, in the two parts between which tags are inserted. */
export interface Block {
  /** All keys before `meta`, then `meta` and its ready entries. */
  readonly head: Uint8Array
  /** Byte offset of the number of entries of `meta` in `head`. */
  readonly metaCountAt: number
  readonly metaCount: number
  /** `metrics` and its ready entries. */
  readonly metrics: Uint8Array
  readonly metricsCount: number
}

/** The fields of a span that are in the head of its block. */
export interface Named {
  readonly name: string
  readonly service: string
  readonly type: string
}

/** Writes everything before the entries of `meta`; ids, error and times are zero. */
export function writeHead(out: MsgpackBuffer, span: Named): void {
  out.reserve(1)
  out.bytes[out.at++] = span.type === '' ? 0x8b : 0x8c
  for (const key of ['trace_id', 'span_id', 'parent_id']) {
    out.string(key)
    out.uint64(0, 0)
  }
  out.string('error')
  out.number(0)
  for (const key of ['start', 'duration']) {
    out.string(key)
    out.uint64(0, 0)
  }
  out.string('name')
  out.string(cutValue(span.name))
  out.string('service')
  out.string(cutValue(span.service))
  if (span.type !== '') {
    out.string('type')
    out.string(cutValue(span.type))
  }
  out.string('meta')
}

/** Returns the block of a span without tags. */
export function emptyBlock(span: Named): Block {
  const head = new MsgpackBuffer(256)
  writeHead(head, span)
  const metaCountAt = head.map32(0)
  const metrics = new MsgpackBuffer(64)
  metrics.string('metrics')
  metrics.map32(0)
  return { head: head.slice(), metaCountAt, metaCount: 0, metrics: metrics.slice(), metricsCount: 0 }
}

/** Returns a block with the entries of `base` and more. */
export function extendBlock(
  base: Block,
  meta: readonly [string, string][],
  metrics: readonly [string, number][],
): Block {
  const head = new MsgpackBuffer(base.head.length + 64)
  head.copy(base.head)
  for (const [key, value] of meta) {
    head.string(cutKey(key))
    head.string(cutValue(value))
  }
  const tail = new MsgpackBuffer(base.metrics.length + 64)
  tail.copy(base.metrics)
  for (const [key, value] of metrics) {
    tail.string(cutKey(key))
    tail.number(value)
  }
  return {
    head: head.slice(),
    metaCountAt: base.metaCountAt,
    metaCount: base.metaCount + meta.length,
    metrics: tail.slice(),
    metricsCount: base.metricsCount + metrics.length,
  }
}
