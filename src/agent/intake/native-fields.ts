/**
 * Links and events in the v0.4 span's own fields.
 *
 * link: trace_id u64 · trace_id_high u64 · span_id u64 · attributes map str→str · tracestate str · flags u32
 * event: time_unix_nano u64 · name str · attributes map str→{type, string_value | bool_value | int_value |
 * double_value | array_value: {values}}
 */

import { DecodeError } from './decode-error'
import type { SpanEventRecord, SpanLinkRecord } from './span'
import { plain, stringMap } from './tag-maps'
import { int64, list, map, put, text, uint64 } from './values'

/** Reads the links of a span. */
export function readLinks(value: unknown, where: string): SpanLinkRecord[] {
  return list(value, where).map((item, index) => {
    const fields = map(item, `${where}[${index}]`)
    const link: SpanLinkRecord = {
      traceId: uint64(fields.get('trace_id') ?? null, `${where}[${index}].trace_id`),
      traceIdHigh: uint64(fields.get('trace_id_high') ?? null, `${where}[${index}].trace_id_high`),
      spanId: uint64(fields.get('span_id') ?? null, `${where}[${index}].span_id`),
      attributes: stringMap(fields.get('attributes') ?? null, `${where}[${index}].attributes`),
    }
    if (fields.has('tracestate'))
      link.tracestate = text(fields.get('tracestate'), `${where}[${index}].tracestate`)
    if (fields.has('flags')) link.flags = Number(uint64(fields.get('flags'), `${where}[${index}].flags`))
    return link
  })
}

/** Reads the events of a span. */
export function readEvents(value: unknown, where: string): SpanEventRecord[] {
  return list(value, where).map((item, index) => {
    const fields = map(item, `${where}[${index}]`)
    const attributes: Record<string, unknown> = {}
    for (const [rawKey, attribute] of map(
      fields.get('attributes') ?? null,
      `${where}[${index}].attributes`,
    )) {
      const key = text(rawKey, `${where}[${index}].attributes key`)
      put(attributes, key, readAttribute(attribute, `${where}[${index}].attributes[${JSON.stringify(key)}]`))
    }
    return {
      name: text(fields.get('name') ?? null, `${where}[${index}].name`),
      timeUnixNs: int64(fields.get('time_unix_nano') ?? null, `${where}[${index}].time_unix_nano`),
      attributes,
    }
  })
}

const ATTRIBUTE_FIELDS = ['string_value', 'bool_value', 'int_value', 'double_value', 'array_value']

function readAttribute(value: unknown, where: string): unknown {
  const fields = map(value, where)
  const type = fields.get('type') ?? 0
  const field = typeof type === 'number' ? ATTRIBUTE_FIELDS[type] : undefined
  if (field === undefined) throw new DecodeError(`${where}: unknown attribute type ${String(type)}`)
  if (field !== 'array_value') return plain(fields.get(field) ?? null)
  const values = map(fields.get(field) ?? null, `${where}.array_value`).get('values') ?? null
  return list(values, `${where}.array_value.values`).map(item => readAttribute(item, where))
}
