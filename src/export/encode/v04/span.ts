/**
 * One span in the format v0.4, a msgpack map:
 *
 * | key | type | | key | type |
 * |---|---|---|---|---|
 * | `trace_id`, `span_id`, `parent_id` | uint64 | | `name`, `service`, `resource`, `type` | str |
 * | `start`, `duration` | uint64, ns | | `meta` | map str → str |
 * | `error` | int | | `metrics` | map str → int or float64 |
 *
 * The static part of a span lies in a block (template.ts) that is copied whole; ids and times are patched into the
 * copy, and only the tags that vary are written one by one. A span that no template fits, for example because one of
 * its tags has the name of a static one, is written from `flatten`.
 */

import type { MsgpackBuffer } from '../../../std/msgpack'
import type { LocalTrace, SpanRecord } from '../../../trace/local-trace'
import type { Tags, TagValue } from '../../../trace/site'
import * as block from '../block'
import type { CommonTags } from '../common-tags'
import { hasDerived, isTopLevel, type TagWriter, TOP_LEVEL, writeNumbers, writeTexts } from '../derived-tags'
import { type FlatSpan, flatten } from '../flatten'
import { KeyCache } from '../keys'
import { cutValue, MAX_VALUE } from '../limits'
import { type Slot, type Template, Templates } from '../template'
import { setDuration, setStart } from '../time'

/** Most resources of a template that are kept encoded. A template with more has data in its resources. */
const MAX_RESOURCES = 256
/** Longest resource that is kept encoded, in UTF-16 units. */
const MAX_KEPT_RESOURCE = 1024

/** Writes spans of v0.4 to a buffer. */
export class V04SpanWriter implements TagWriter {
  readonly #out: MsgpackBuffer
  readonly #common: CommonTags
  readonly #keys = new KeyCache()
  readonly #templates: Templates
  readonly #resourceKey = this.#keys.get('resource')
  readonly #topLevelKey = this.#keys.get(TOP_LEVEL)
  /** Tags of the current span that are not in its block: texts, and below numbers. Reused for each span. */
  readonly #texts: Slot[] = []
  readonly #textValues: string[] = []
  #textCount = 0
  readonly #numbers: Slot[] = []
  readonly #numberValues: number[] = []
  #numberCount = 0
  /** Number of the current span. */
  #turn = 0

  constructor(out: MsgpackBuffer, common: CommonTags) {
    this.#out = out
    this.#common = common
    this.#templates = new Templates(common, this.#keys)
  }

  /** Writes `span`. With `first`, it is the first of its chunk and carries the tags of its trace. */
  write(trace: LocalTrace, span: SpanRecord, first: boolean): void {
    const template = this.#templates.of(span)
    if (template === undefined || !this.#sort(span.tags, template)) {
      this.writeFlat(span, flatten(span, first, this.#common))
      return
    }
    this.#writeSorted(trace, span, first, template)
    if (template.changed) template.rebuild()
  }

  /** Writes `span` from its flattened form: the slow path. */
  writeFlat(span: SpanRecord, flat: FlatSpan): void {
    const out = this.#out
    const start = out.at
    block.writeHead(out, flat)
    patchHead(out, start, span.trace, span)
    const meta = Object.keys(flat.meta)
    out.map32(meta.length)
    for (const name of meta) this.text(name, flat.meta[name])
    out.string('metrics')
    const metrics = Object.keys(flat.metrics)
    out.map32(metrics.length)
    for (const name of metrics) this.number(name, flat.metrics[name])
    out.copy(this.#resourceKey)
    out.string(flat.resource)
  }

  /**
   * Sorts the tags into texts, numbers, and those that are in the template's block. Returns false when one has the
   * name of a static tag: the template does not fit.
   */
  #sort(tags: Tags, template: Template): boolean {
    const { slots } = template
    const turn = ++this.#turn
    let index = 0
    let constants = 0
    this.#textCount = 0
    this.#numberCount = 0
    for (const name in tags) {
      const value = tags[name]
      if (value === undefined) continue
      let slot = slots[index]
      if (slot === undefined || slot.name !== name) slot = template.slot(index, name)
      index++
      if (slot.clashes) return false
      slot.seen = turn
      if (slot.constant) {
        if (slot.value === value) {
          constants++
          continue
        }
        template.demote(slot, value)
      } else template.observe(slot, value)
      this.#put(slot, value)
    }
    if (constants !== template.constantCount) this.#leaveBlock(tags, template)
    return true
  }

  /** Sorts the tags again, for a span that lacks a tag of the block or has another value: none is left to the block. */
  #leaveBlock(tags: Tags, template: Template): void {
    const { slots } = template
    for (const slot of slots) if (slot.constant && slot.seen !== this.#turn) template.demote(slot, undefined)
    this.#textCount = 0
    this.#numberCount = 0
    let index = 0
    for (const name in tags) {
      const value = tags[name]
      if (value === undefined) continue
      const slot = slots[index]
      this.#put(slot?.name === name ? slot : template.slot(index, name), value)
      index++
    }
    template.block = template.base
    template.changed = true
  }

  #put(slot: Slot, value: TagValue): void {
    if (typeof value === 'string') {
      this.#texts[this.#textCount] = slot
      this.#textValues[this.#textCount++] = value
      return
    }
    const number = Number(value)
    // NaN and the infinities are left out.
    if (number - number === 0) {
      this.#numbers[this.#numberCount] = slot
      this.#numberValues[this.#numberCount++] = number
    }
  }

  #writeSorted(trace: LocalTrace, span: SpanRecord, first: boolean, template: Template): void {
    const out = this.#out
    const ready = template.block
    const start = out.at
    out.copy(ready.head)
    patchHead(out, start, trace, span)
    let metaCount = ready.metaCount + this.#textCount
    for (let index = 0; index < this.#textCount; index++) {
      const value = this.#textValues[index]
      out.copy(this.#texts[index].key)
      out.string(value.length > MAX_VALUE ? cutValue(value) : value)
    }
    const derived = hasDerived(span, first)
    if (derived) metaCount += writeTexts(span, first, this.#common, this)
    out.setWord(start + ready.metaCountAt, metaCount)

    const metricsAt = out.at
    out.copy(ready.metrics)
    let metricsCount = ready.metricsCount + this.#numberCount
    for (let index = 0; index < this.#numberCount; index++) {
      out.copy(this.#numbers[index].key)
      out.number(this.#numberValues[index])
    }
    if (isTopLevel(span)) {
      out.copy(this.#topLevelKey)
      out.number(1)
      metricsCount++
    }
    if (derived) metricsCount += writeNumbers(span, first, this)
    out.setWord(metricsAt + block.METRICS_COUNT_OFFSET, metricsCount)
    this.#resource(span.resource || span.name, template)
  }

  #resource(text: string, template: Template): void {
    const out = this.#out
    const known = template.resources.get(text)
    if (known !== undefined) {
      out.copy(known)
      return
    }
    const start = out.at
    out.copy(this.#resourceKey)
    out.string(text.length > MAX_VALUE ? cutValue(text) : text)
    if (template.resources.size < MAX_RESOURCES && text.length <= MAX_KEPT_RESOURCE) {
      template.resources.set(text, Uint8Array.prototype.slice.call(out.bytes, start, out.at))
    }
  }

  text(name: string, value: string): void {
    this.#out.copy(this.#keys.get(name))
    this.#out.string(cutValue(value))
  }

  number(name: string, value: number): void {
    this.#out.copy(this.#keys.get(name))
    this.#out.number(value)
  }
}

/**
 * Writes ids, error and times into a copied head. They are written through a view in a local: on Node 24 ten calls of
 * `setWord` cost a tenth of all encoding.
 */
function patchHead(out: MsgpackBuffer, start: number, trace: LocalTrace, span: SpanRecord): void {
  const { view } = out
  view.setInt32(start + block.TRACE_ID_OFFSET, trace.traceHi)
  view.setInt32(start + block.TRACE_ID_OFFSET + 4, trace.traceLo)
  view.setInt32(start + block.SPAN_ID_OFFSET, span.idHi)
  view.setInt32(start + block.SPAN_ID_OFFSET + 4, span.idLo)
  view.setInt32(start + block.PARENT_ID_OFFSET, span.parentHi)
  view.setInt32(start + block.PARENT_ID_OFFSET + 4, span.parentLo)
  view.setUint8(start + block.ERROR_OFFSET, span.error)
  setStart(view, start + block.START_OFFSET, span)
  setDuration(view, start + block.DURATION_OFFSET, span)
}
