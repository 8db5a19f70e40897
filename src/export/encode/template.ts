/**
 * Templates: the encoded part that spans of one site, name, service and type have in common. A template learns: tags
 * whose value is the same span after span (a host, a database, a method) move into its block, where such a tag costs a
 * comparison instead of being written.
 */

import type { SpanRecord } from '../../trace/local-trace'
import type { Site, TagValue } from '../../trace/site'
import { type Block, emptyBlock, extendBlock } from './block'
import type { CommonTags } from './common-tags'
import type { KeyCache } from './keys'

/** Most templates of a site. One that needs more has data in names or services; its other spans get no template. */
const MAX_VARIANTS = 16
/** Tags at later positions are written each time. */
const MAX_SLOTS = 64
/** After so many spans in a row with the same value, a tag is taken for constant. */
const PROMOTE_AFTER = 8
/** A tag that was taken for constant so often, and then varied, is written each time from then on. */
const MAX_DEMOTIONS = 4
/** Longest value that moves into the block, in UTF-16 units. */
const MAX_CONSTANT_LENGTH = 512

/** A tag at one position. Spans of one site have the same tags in the same order. */
export interface Slot {
  readonly name: string
  /** The name as a msgpack string. */
  readonly key: Uint8Array
  /** Whether the template has a static tag of this name. */
  readonly clashes: boolean
  value: TagValue | undefined
  /** Number of spans in a row with `value`, without the first. */
  repeats: number
  /** Whether the value is part of the block. */
  constant: boolean
  /** How often the value had to leave the block. */
  demotions: number
  /** Number of the last span that had this tag. */
  seen: number
}

/** The template of one site, name, service and type. */
export class Template {
  readonly name: string
  readonly service: string
  readonly type: string
  /** Static tags that are texts: those of every span, and those of the site. */
  readonly meta: readonly [string, string][]
  /** Static tags that are numbers. */
  readonly metrics: readonly [string, number][]
  /** The block of the static tags. */
  readonly base: Block
  /** The block of the static tags and of those that have proven constant. */
  block: Block
  /** Number of slots whose value is in `block`. */
  constantCount = 0
  readonly slots: Slot[] = []
  /** Encoded resources of earlier spans. */
  readonly resources = new Map<string, Uint8Array>()
  /** Whether the block is out of date: a slot enters or leaves it after the current span. */
  changed = false
  readonly #keys: KeyCache
  readonly #staticNames: ReadonlySet<string>

  constructor(site: Site, span: SpanRecord, common: CommonTags, keys: KeyCache) {
    this.name = span.name
    this.service = span.service
    this.type = span.type
    this.#keys = keys
    const meta: Record<string, string> = { ...common.meta }
    const metrics: Record<string, number> = { ...common.metrics }
    if (span.service.toLowerCase() !== common.service.toLowerCase()) {
      meta['_dd.base_service'] = common.service.toLowerCase()
    } else if (common.version !== undefined) meta.version = common.version
    for (const [key, value] of Object.entries(site.tags)) {
      delete meta[key]
      delete metrics[key]
      if (typeof value === 'string') meta[key] = value
      else metrics[key] = Number(value)
    }
    this.#staticNames = new Set([...Object.keys(meta), ...Object.keys(metrics)])
    this.meta = Object.entries(meta)
    this.metrics = Object.entries(metrics)
    this.base = extendBlock(emptyBlock(span), this.meta, this.metrics)
    this.block = this.base
  }

  /** Returns whether a static tag has this name. */
  has(name: string): boolean {
    return this.#staticNames.has(name)
  }

  /** Returns a new slot for `name`, in place of the one at position `index` if there is one. */
  slot(index: number, name: string): Slot {
    const slot: Slot = {
      name,
      key: this.#keys.get(name),
      clashes: this.#staticNames.has(name),
      value: undefined,
      repeats: 0,
      constant: false,
      demotions: 0,
      seen: 0,
    }
    // Spans whose tags come in any order must not make the list grow.
    if (index < MAX_SLOTS) {
      if (this.slots[index]?.constant) this.changed = true
      this.slots[index] = slot
    }
    return slot
  }

  /** Takes note that a tag outside of the block had `value`. */
  observe(slot: Slot, value: TagValue): void {
    if (slot.value !== value) {
      slot.value = value
      slot.repeats = 0
    } else if (++slot.repeats === PROMOTE_AFTER) this.changed = true
  }

  /** Takes note that a tag in the block had another value, or none. */
  demote(slot: Slot, value: TagValue | undefined): void {
    slot.constant = false
    slot.demotions++
    slot.repeats = 0
    slot.value = value
    this.changed = true
  }

  /** Makes the block anew from the slots. */
  rebuild(): void {
    this.changed = false
    this.constantCount = 0
    const names = new Set<string>()
    const meta: [string, string][] = []
    const metrics: [string, number][] = []
    for (const slot of this.slots) {
      const { name, value } = slot
      // A name at two positions is a tag whose position varies: it stays out of the block.
      slot.constant = isConstant(slot) && !names.has(name)
      names.add(name)
      if (!slot.constant) continue
      this.constantCount++
      if (typeof value === 'string') meta.push([name, value])
      else metrics.push([name, Number(value)])
    }
    this.block = this.constantCount === 0 ? this.base : extendBlock(this.base, meta, metrics)
  }
}

function isConstant({ value, repeats, demotions }: Slot): boolean {
  if (repeats < PROMOTE_AFTER || demotions >= MAX_DEMOTIONS) return false
  return typeof value === 'string' ? value.length <= MAX_CONSTANT_LENGTH : Number.isFinite(Number(value))
}

/** The templates of one site for one encoder. */
interface SiteTemplates {
  owner: Templates
  list: Template[]
}

/** The templates of one encoder, kept at the sites. */
export class Templates {
  readonly #common: CommonTags
  readonly #keys: KeyCache

  constructor(common: CommonTags, keys: KeyCache) {
    this.#common = common
    this.#keys = keys
  }

  /** Returns the template that fits `span`; undefined when its site has too many variants. */
  of(span: SpanRecord): Template | undefined {
    const { site } = span
    let templates = site.encoded as SiteTemplates | undefined
    if (templates === undefined || templates.owner !== this) {
      templates = { owner: this, list: [] }
      site.encoded = templates
    }
    const { list } = templates
    for (const template of list) {
      if (template.service === span.service && template.name === span.name && template.type === span.type)
        return template
    }
    if (list.length >= MAX_VARIANTS) return undefined
    const made = new Template(site, span, this.#common, this.#keys)
    list.push(made)
    return made
  }
}
