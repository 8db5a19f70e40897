/**
 * The trace format v0.4: msgpack, an array of chunks, a chunk an array of spans, a span a map.
 *
 * | key | type | | key | type |
 * |---|---|---|---|---|
 * | `trace_id`, `span_id`, `parent_id` | uint64 | | `name`, `service`, `resource`, `type` | str |
 * | `start`, `duration` | uint64, ns | | `meta` | map str → str |
 * | `error` | int | | `metrics` | map str → int or float64 |
 *
 * What is static of a span lies in a template that is copied whole; ids and times are patched into the copy, and only
 * the dynamic tags are written one by one. A span that no template fits, for example because a tag of its own has the
 * name of a static one, is encoded from `flatten`.
 */

import { MsgpackBuffer } from '../std/msgpack'
import { toHex } from '../std/u64'
import type { LocalTrace } from '../trace/local-trace'
import { UNDECIDED } from '../trace/priority'
import type { Span } from '../trace/span'
import type { CommonTags } from './common-tags'
import type { Encoder, Payload } from './encoder'
import { type FlatSpan, flatten } from './flatten'
import { KeyCache } from './keys'
import { cutValue, MAX_VALUE } from './limits'
import { eventsJson, linksJson } from './span-json'
import * as place from './template'
import { setDuration, setStart } from './time'

const FIRST_CAPACITY = 64 * 1024
/** Larger buffers are not kept for the next payload. */
const MAX_KEPT = 2 * 1024 * 1024
/** Values are cut to this length when a chunk would be too large otherwise. */
const TIGHT_VALUE = 256

/** A payload that remembers where its chunks begin. */
interface V04Payload extends Payload {
  chunkStarts: readonly number[]
}

export class V04Encoder implements Encoder {
  readonly path = '/v0.4/traces'
  traceCount = 0
  #spanCount = 0
  #chunkStarts: number[] = []
  readonly #maxChunkBytes: number
  readonly #common: CommonTags
  readonly #templates: place.Templates
  readonly #keys: KeyCache
  readonly #chunkMeta: Uint8Array
  readonly #chunkMetaCount: number
  #out = new MsgpackBuffer(FIRST_CAPACITY)
  #spare: Buffer | undefined
  /** Number tags of the span at hand, until `meta` is complete. */
  readonly #numberKeys: Uint8Array[] = []
  readonly #numbers: number[] = []

  constructor(common: CommonTags, maxChunkBytes: number) {
    this.#common = common
    this.#maxChunkBytes = maxChunkBytes
    this.#templates = new place.Templates(common)
    this.#keys = new KeyCache(this.#templates.staticKeys)
    const block = new MsgpackBuffer(256)
    const chunkMeta = Object.entries(common.chunkMeta)
    for (const [key, value] of chunkMeta) {
      block.string(key)
      block.string(cutValue(value))
    }
    this.#chunkMeta = block.bytes.subarray(0, block.at)
    this.#chunkMetaCount = chunkMeta.length
    this.#out.array32(0)
  }

  get byteLength(): number {
    return this.traceCount === 0 ? 0 : this.#out.at
  }

  add(trace: LocalTrace, spans: readonly Span[]): boolean {
    const out = this.#out
    const start = out.at
    out.array32(spans.length)
    for (let index = 0; index < spans.length; index++) this.#span(trace, spans[index], index === 0)
    if (out.at - start > this.#maxChunkBytes) {
      out.at = start
      out.array32(spans.length)
      for (let index = 0; index < spans.length; index++) {
        this.#flat(spans[index], cutLong(flatten(spans[index], index === 0, this.#common)))
      }
      if (out.at - start > this.#maxChunkBytes) {
        out.at = start
        return false
      }
    }
    this.#chunkStarts.push(start)
    this.traceCount++
    this.#spanCount += spans.length
    return true
  }

  take(): Payload | undefined {
    if (this.traceCount === 0) return undefined
    const out = this.#out
    out.setWord(1, this.traceCount)
    const payload: V04Payload = {
      body: out.bytes.subarray(0, out.at),
      traceCount: this.traceCount,
      spanCount: this.#spanCount,
      chunkStarts: this.#chunkStarts,
    }
    out.bytes = this.#spare ?? Buffer.allocUnsafeSlow(FIRST_CAPACITY)
    this.#spare = undefined
    out.at = 0
    out.array32(0)
    this.traceCount = 0
    this.#spanCount = 0
    this.#chunkStarts = []
    return payload
  }

  recycle(body: Uint8Array): void {
    const { buffer } = body
    if (buffer.byteLength > MAX_KEPT || !(buffer instanceof ArrayBuffer)) return
    if (this.#spare === undefined || this.#spare.length < buffer.byteLength) this.#spare = Buffer.from(buffer)
  }

  split(payload: Payload): [Payload, Payload] | undefined {
    const { chunkStarts, body, traceCount } = payload as V04Payload
    if (traceCount < 2) return undefined
    const middle = traceCount >> 1
    const cut = chunkStarts[middle]
    return [
      part(body.subarray(chunkStarts[0], cut), chunkStarts.slice(0, middle)),
      part(body.subarray(cut), chunkStarts.slice(middle)),
    ]
  }

  #span(trace: LocalTrace, span: Span, first: boolean): void {
    const template = this.#templates.of(span)
    if (template === undefined || !this.#fast(trace, span, first, template)) {
      this.#flat(span, flatten(span, first, this.#common))
    }
  }

  /** False, and nothing written, when a tag of the span has the name of a static one. */
  #fast(trace: LocalTrace, span: Span, first: boolean, template: place.Template): boolean {
    const out = this.#out
    const start = out.at
    out.copy(template.head)
    patchHead(out, start, trace, span)
    const { tags } = span
    const numbers = this.#numbers
    const numberKeys = this.#numberKeys
    let metaCount = template.metaCount
    let numberCount = 0
    for (const name in tags) {
      const value = tags[name]
      if (value === undefined) continue
      const key = this.#keys.get(name)
      if (key.isStatic && template.keys.has(name)) {
        out.at = start
        return false
      }
      if (typeof value === 'string') {
        out.copy(key.bytes)
        out.string(value.length > MAX_VALUE ? cutValue(value) : value)
        metaCount++
      } else {
        const number = Number(value)
        if (number - number === 0) {
          numberKeys[numberCount] = key.bytes
          numbers[numberCount++] = number
        }
      }
    }
    if (trace.origin !== undefined) metaCount += this.#meta('_dd.origin', trace.origin)
    if (span.events !== undefined) metaCount += this.#meta('events', eventsJson(span))
    if (span.links !== undefined) metaCount += this.#meta('_dd.span_links', linksJson(span))
    if (first) metaCount += this.#traceMeta(trace)
    out.setWord(start + template.metaCountAt, metaCount)

    const metricsAt = out.at
    out.copy(template.metrics)
    let metricsCount = template.metricsCount + numberCount
    for (let index = 0; index < numberCount; index++) {
      out.copy(numberKeys[index])
      out.number(numbers[index])
    }
    if (span.parentService !== span.service) metricsCount += this.#metric('_dd.top_level', 1)
    if (first && trace.priority !== UNDECIDED) metricsCount += this.#metric('_sampling_priority_v1', trace.priority)
    if (span === trace.root) {
      if (trace.ruleRate >= 0) metricsCount += this.#metric('_dd.rule_psr', trace.ruleRate)
      if (trace.limitRate >= 0) metricsCount += this.#metric('_dd.limit_psr', trace.limitRate)
      if (trace.agentRate >= 0) metricsCount += this.#metric('_dd.agent_psr', trace.agentRate)
    }
    out.setWord(metricsAt + place.METRICS_COUNT, metricsCount)
    out.copy(this.#keys.get('resource').bytes)
    out.string(cutValue(span.resource || span.name))
    return true
  }

  /** Tags of the first span of a chunk; returns their number. */
  #traceMeta(trace: LocalTrace): number {
    let count = this.#chunkMetaCount
    if (count > 0) this.#out.copy(this.#chunkMeta)
    if ((trace.upperHi | trace.upperLo) !== 0) count += this.#meta('_dd.p.tid', toHex(trace.upperHi, trace.upperLo))
    const { remote, propagated, chunkTags } = trace
    if (remote !== undefined) {
      if (remote.lastDatadogParent !== '') count += this.#meta('_dd.parent_id', remote.lastDatadogParent)
      if (remote.propagationError !== '') count += this.#meta('_dd.propagation_error', remote.propagationError)
    }
    if (propagated !== undefined) for (const name in propagated) count += this.#meta(name, propagated[name])
    if (chunkTags !== undefined) for (const name in chunkTags) count += this.#meta(name, chunkTags[name])
    return count
  }

  #meta(name: string, value: string): 1 {
    this.#out.copy(this.#keys.get(name).bytes)
    this.#out.string(cutValue(value))
    return 1
  }

  #metric(name: string, value: number): 1 {
    this.#out.copy(this.#keys.get(name).bytes)
    this.#out.number(value)
    return 1
  }

  #flat(span: Span, flat: FlatSpan): void {
    const out = this.#out
    const start = out.at
    place.writeHead(out, flat)
    patchHead(out, start, span.trace, span)
    out.map32(Object.keys(flat.meta).length)
    for (const name of Object.keys(flat.meta)) this.#meta(name, flat.meta[name])
    out.string('metrics')
    out.map32(Object.keys(flat.metrics).length)
    for (const name of Object.keys(flat.metrics)) this.#metric(name, flat.metrics[name])
    out.string('resource')
    out.string(flat.resource)
  }
}

function patchHead(out: MsgpackBuffer, start: number, trace: LocalTrace, span: Span): void {
  out.setWord(start + place.TRACE_ID, trace.traceHi)
  out.setWord(start + place.TRACE_ID + 4, trace.traceLo)
  out.setWord(start + place.SPAN_ID, span.idHi)
  out.setWord(start + place.SPAN_ID + 4, span.idLo)
  out.setWord(start + place.PARENT_ID, span.parentHi)
  out.setWord(start + place.PARENT_ID + 4, span.parentLo)
  out.bytes[start + place.ERROR] = span.error
  setStart(out, start + place.START, span)
  setDuration(out, start + place.DURATION, span)
}

/** A payload of its own from chunks that lie in a row in a larger one. */
function part(chunks: Uint8Array, starts: readonly number[]): V04Payload {
  const out = new MsgpackBuffer(chunks.length + 5)
  out.array32(starts.length)
  out.copy(chunks)
  const shift = starts[0] - 5
  const chunkStarts = starts.map(start => start - shift)
  let spanCount = 0
  for (const start of chunkStarts) spanCount += out.bytes.readUInt32BE(start + 1)
  return { body: out.bytes.subarray(0, out.at), traceCount: starts.length, spanCount, chunkStarts }
}

function cutLong(flat: FlatSpan): FlatSpan {
  const { meta } = flat
  for (const name of Object.keys(meta)) {
    // JSON that is cut does not parse: rather none.
    if (name === 'events' || name === '_dd.span_links') delete meta[name]
    else if (meta[name].length > TIGHT_VALUE) meta[name] = `${meta[name].slice(0, TIGHT_VALUE)}...`
  }
  if (flat.resource.length > TIGHT_VALUE) flat.resource = `${flat.resource.slice(0, TIGHT_VALUE)}...`
  return flat
}
