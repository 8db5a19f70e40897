/**
 * What spans of one site, name, service and type have in common. A template learns: tags whose values come again and
 * again (a host, a database, a method) move into its block, where they cost a comparison instead of their writing.
 */

import type { SpanRecord } from '../../trace/local-trace'
import type { Site, TagValue } from '../../trace/site'
import { type Block, emptyBlock, extendBlock } from './block'
import type { CommonTags } from './common-tags'
import type { KeyCache } from './keys'

/** A site with more variants than this has names or services that are data: those spans get no template. */
const MAX_VARIANTS = 16
const MAX_SLOTS = 64
/** A value that came so often in a row is taken for constant. */
const PROMOTE_AFTER = 8
/** A tag that was wrongly taken for constant so often never is again. */
const MAX_DEMOTIONS = 4
const MAX_CONSTANT_LENGTH = 512

/** A tag at one position: spans of one site have the same tags in the same order. */
export interface Slot {
  readonly name: string
  /** The name as a msgpack string. */
  readonly key: Uint8Array
  /** The template has a static tag of this name. */
  readonly clashes: boolean
  value: TagValue | undefined
  /** How often in a row `value` came. */
  repeats: number
  /** The value is part of the block. */
  constant: boolean
  /** How often it had to leave the block. */
  demotions: number
  /** Number of the span that had this tag last. */
  seen: number
}

export class Template {
  readonly name: string
  readonly service: string
  readonly type: string
  /** The static tags. */
  readonly meta: readonly [string, string][]
  readonly metrics: readonly [string, number][]
  /** Static tags only. */
  readonly base: Block
  /** Static tags and those that have proven constant. */
  block: Block
  /** How many slots are in `block`. */
  constantCount = 0
  readonly slots: Slot[] = []
  /** Resources that came before, as bytes. */
  readonly resources = new Map<string, Uint8Array>()
  /** A slot is to enter or leave the block once the span at hand is written. */
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

  /** Whether a static tag has this name. */
  has(name: string): boolean {
    return this.#staticNames.has(name)
  }

  /** A slot for `name`, at position `index` where there was another or none. */
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
    // Spans that a user tags at will have no order: they must not make the list grow.
    if (index < MAX_SLOTS) {
      if (this.slots[index]?.constant) this.changed = true
      this.slots[index] = slot
    }
    return slot
  }

  /** A slot that is not in the block had `value`. */
  observe(slot: Slot, value: TagValue): void {
    if (slot.value !== value) {
      slot.value = value
      slot.repeats = 0
    } else if (++slot.repeats === PROMOTE_AFTER) this.changed = true
  }

  /** A slot in the block had another value, or none. */
  demote(slot: Slot, value: TagValue | undefined): void {
    slot.constant = false
    slot.demotions++
    slot.repeats = 0
    slot.value = value
    this.changed = true
  }

  /** Brings the block up to date with the slots. */
  rebuild(): void {
    this.changed = false
    this.constantCount = 0
    const names = new Set<string>()
    const meta: [string, string][] = []
    const metrics: [string, number][] = []
    for (const slot of this.slots) {
      const { name, value } = slot
      // The same name at two positions: its place varies, and so it stays out.
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

/** All templates of one site for one encoder. */
interface SiteTemplates {
  owner: Templates
  list: Template[]
}

export class Templates {
  readonly #common: CommonTags
  readonly #keys: KeyCache

  constructor(common: CommonTags, keys: KeyCache) {
    this.#common = common
    this.#keys = keys
  }

  /** The template that fits `span`; undefined when its site has too many variants. */
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
