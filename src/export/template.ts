/** The static bytes of spans, made once for each combination of site, name, service and type. */

import { MsgpackBuffer } from '../std/msgpack'
import type { Site } from '../trace/site'
import type { Span } from '../trace/span'
import type { CommonTags } from './common-tags'
import { cutKey, cutValue } from './limits'

/** A site with more variants than this has names or services that are data: those spans get no template. */
const MAX_VARIANTS = 16

/** Where a template's copy is patched, from its start. */
export const TRACE_ID = 1 + 9 + 1
export const SPAN_ID = TRACE_ID + 8 + 8 + 1
export const PARENT_ID = SPAN_ID + 8 + 10 + 1
export const ERROR = PARENT_ID + 8 + 6
export const START = ERROR + 1 + 6 + 1
export const DURATION = START + 8 + 9 + 1

/** Keys up to and with `meta` and its static entries, then `metrics` and its static entries. */
export interface Template {
  readonly name: string
  readonly service: string
  readonly type: string
  readonly head: Uint8Array
  /** Place of meta's count in `head`. */
  readonly metaCountAt: number
  readonly metaCount: number
  readonly metrics: Uint8Array
  readonly metricsCount: number
  /** Names of the static tags. */
  readonly keys: ReadonlySet<string>
}

/** All templates of one site for one encoder. */
interface SiteTemplates {
  owner: Templates
  list: Template[]
}

export class Templates {
  readonly #common: CommonTags
  /** Names of all static tags of any template, so that the encoder can tell a clash by its cache of keys. */
  readonly staticKeys = new Set<string>()

  constructor(common: CommonTags) {
    this.#common = common
  }

  /** The template that fits `span`; undefined when it has too many variants. */
  of(span: Span): Template | undefined {
    const { site } = span
    let templates = site.encoded as SiteTemplates | undefined
    if (templates === undefined || templates.owner !== this) {
      templates = { owner: this, list: [] }
      site.encoded = templates
    }
    const { list } = templates
    for (const template of list) {
      if (template.service === span.service && template.name === span.name && template.type === span.type) return template
    }
    if (list.length >= MAX_VARIANTS) return undefined
    const made = this.#make(site, span)
    list.push(made)
    return made
  }

  #make(site: Site, span: Span): Template {
    const common = this.#common
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
    const out = new MsgpackBuffer(1024)
    writeHead(out, span)
    const metaCountAt = out.map32(0)
    for (const key of Object.keys(meta)) {
      out.string(cutKey(key))
      out.string(cutValue(meta[key]))
    }
    const head = Uint8Array.prototype.slice.call(out.bytes, 0, out.at)
    out.at = 0
    out.string('metrics')
    out.map32(0)
    for (const key of Object.keys(metrics)) {
      out.string(cutKey(key))
      out.number(metrics[key])
    }
    const keys = new Set([...Object.keys(meta), ...Object.keys(metrics)])
    for (const key of keys) this.staticKeys.add(key)
    return {
      name: span.name,
      service: span.service,
      type: span.type,
      head,
      metaCountAt,
      metaCount: Object.keys(meta).length,
      metrics: Uint8Array.prototype.slice.call(out.bytes, 0, out.at),
      metricsCount: Object.keys(metrics).length,
      keys,
    }
  }
}

/** Place of the count of `metrics` in a template's `metrics`. */
export const METRICS_COUNT = 8 + 1

/** Everything before the entries of `meta`; `writeHead` and the places above are two views of the same bytes. */
export function writeHead(out: MsgpackBuffer, span: { name: string; service: string; type: string }): void {
  out.reserve(1)
  out.bytes[out.at++] = span.type === '' ? 0x8b : 0x8c
  out.string('trace_id')
  out.uint64(0, 0)
  out.string('span_id')
  out.uint64(0, 0)
  out.string('parent_id')
  out.uint64(0, 0)
  out.string('error')
  out.number(0)
  out.string('start')
  out.uint64(0, 0)
  out.string('duration')
  out.uint64(0, 0)
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
