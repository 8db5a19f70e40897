/**
 * One span in the format v0.5, an array of twelve (encoder.ts). The static tags of its template are written once a
 * payload and copied after that; a span that no template fits is written from `flatten`.
 */

import { MsgpackBuffer } from '../../../std/msgpack'
import type { LocalTrace, SpanRecord } from '../../../trace/local-trace'
import type { CommonTags } from '../common-tags'
import { isTopLevel, type TagWriter, TOP_LEVEL, writeNumbers, writeTexts } from '../derived-tags'
import { type FlatSpan, flatten } from '../flatten'
import { KeyCache } from '../keys'
import { cutKey, cutValue } from '../limits'
import { type Template, Templates } from '../template'
import { setDuration, setStart } from '../time'
import type { StringTable } from './string-table'

/** Type bytes of msgpack. */
const ARRAY_OF_12 = 0x9c
const INT64 = 0xd3

/** Static tags of a template as indexes into the strings of one payload. */
interface StaticTags {
  meta: Uint8Array
  metrics: Uint8Array
}

/** Writes spans of v0.5 to a buffer, and their strings to a table. */
export class V05SpanWriter implements TagWriter {
  readonly #out: MsgpackBuffer
  readonly #strings: StringTable
  readonly #common: CommonTags
  readonly #templates: Templates
  readonly #ready = new Map<Template, StaticTags>()
  readonly #scratch = new MsgpackBuffer(256)

  constructor(out: MsgpackBuffer, strings: StringTable, common: CommonTags) {
    this.#out = out
    this.#strings = strings
    this.#common = common
    this.#templates = new Templates(common, new KeyCache())
  }

  /** To be called when the string table has begun anew: forgets the indexes into it. */
  forget(): void {
    this.#ready.clear()
  }

  /** Writes `span`. With `first`, it is the first of its chunk and carries the tags of its trace. */
  write(trace: LocalTrace, span: SpanRecord, first: boolean): void {
    const template = this.#templates.of(span)
    if (template === undefined || clashes(span, template)) {
      this.writeFlat(trace, span, flatten(span, first, this.#common))
      return
    }
    const out = this.#out
    const ready = this.#ready.get(template) ?? this.#prepare(template)
    this.#head(trace, span, span.service, span.name, span.resource || span.name)

    const metaAt = out.map32(0)
    out.copy(ready.meta)
    let metaCount = template.meta.length
    const { tags } = span
    for (const name in tags) {
      const value = tags[name]
      if (typeof value === 'string') {
        this.text(name, value)
        metaCount++
      }
    }
    metaCount += writeTexts(span, first, this.#common, this)
    out.setWord(metaAt, metaCount)

    const metricsAt = out.map32(0)
    out.copy(ready.metrics)
    let metricsCount = template.metrics.length
    for (const name in tags) {
      const value = tags[name]
      if (typeof value !== 'number' && typeof value !== 'boolean') continue
      const number = Number(value)
      // NaN and the infinities are left out.
      if (number - number !== 0) continue
      this.number(name, number)
      metricsCount++
    }
    if (isTopLevel(span)) {
      this.number(TOP_LEVEL, 1)
      metricsCount++
    }
    metricsCount += writeNumbers(span, first, this)
    out.setWord(metricsAt, metricsCount)
    out.number(this.#strings.index(cutValue(span.type)))
  }

  /** Writes `span` from its flattened form: the slow path. */
  writeFlat(trace: LocalTrace, span: SpanRecord, flat: FlatSpan): void {
    const out = this.#out
    this.#head(trace, span, flat.service, flat.name, flat.resource)
    const meta = Object.keys(flat.meta)
    out.map32(meta.length)
    for (const name of meta) this.text(name, flat.meta[name])
    const metrics = Object.keys(flat.metrics)
    out.map32(metrics.length)
    for (const name of metrics) this.number(name, flat.metrics[name])
    out.number(this.#strings.index(flat.type))
  }

  #head(trace: LocalTrace, span: SpanRecord, service: string, name: string, resource: string): void {
    const out = this.#out
    out.reserve(1)
    out.bytes[out.at++] = ARRAY_OF_12
    out.number(this.#strings.index(cutValue(service)))
    out.number(this.#strings.index(cutValue(name)))
    out.number(this.#strings.index(cutValue(resource)))
    out.uint64(trace.traceHi, trace.traceLo)
    out.uint64(span.idHi, span.idLo)
    out.uint64(span.parentHi, span.parentLo)
    out.reserve(18)
    const { at } = out
    out.bytes[at] = INT64
    setStart(out.view, at + 1, span)
    out.bytes[at + 9] = INT64
    setDuration(out.view, at + 10, span)
    out.at = at + 18
    out.number(span.error)
  }

  text(name: string, value: string): void {
    this.#out.number(this.#strings.index(cutKey(name)))
    this.#out.number(this.#strings.index(cutValue(value)))
  }

  number(name: string, value: number): void {
    this.#out.number(this.#strings.index(cutKey(name)))
    this.#out.number(value)
  }

  #prepare(template: Template): StaticTags {
    const scratch = this.#scratch
    scratch.at = 0
    for (const [name, value] of template.meta) {
      scratch.number(this.#strings.index(cutKey(name)))
      scratch.number(this.#strings.index(cutValue(value)))
    }
    const meta = scratch.slice()
    scratch.at = 0
    for (const [name, value] of template.metrics) {
      scratch.number(this.#strings.index(cutKey(name)))
      scratch.number(value)
    }
    const ready = { meta, metrics: scratch.slice() }
    this.#ready.set(template, ready)
    return ready
  }
}

/** Returns whether a tag of `span` has the name of a static tag. */
function clashes(span: SpanRecord, template: Template): boolean {
  for (const name in span.tags) if (template.has(name) && span.tags[name] !== undefined) return true
  return false
}
