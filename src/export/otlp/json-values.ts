/**
 * Parts of messages that all signals have, as JSON.
 *
 * | protobuf | JSON |
 * |---|---|
 * | AnyValue | object with one of `stringValue`, `boolValue`, `intValue`, `doubleValue`, `arrayValue`, `kvlistValue`, `bytesValue` (base64); empty for null |
 */

import type { AnyMap, AnyValue } from './any-value'
import type { ResourceAttributes } from './output'
import { sendable } from './text'

/** Returns `text` as a JSON string. */
export function quoted(text: string): string {
  return JSON.stringify(sendable(text))
}

/** Returns the field `attributes` with a comma before it; empty when there are none. */
export function listOf(attributes: Readonly<Record<string, AnyValue>>): string {
  const pairs = pairsOf(attributes)
  return pairs === '' ? '' : `,"attributes":[${pairs}]`
}

function pairsOf(map: Readonly<Record<string, AnyValue>>): string {
  let pairs = ''
  for (const name in map) pairs += keyValue(name, map[name])
  return pairs.slice(1)
}

/** Returns a pair with a comma before it. */
function keyValue(name: string, value: AnyValue): string {
  return `,{"key":${quoted(name)},"value":${anyValue(value)}}`
}

/** Returns an AnyValue. */
export function anyValue(value: AnyValue): string {
  if (typeof value === 'string') return `{"stringValue":${quoted(value)}}`
  if (typeof value === 'boolean') return `{"boolValue":${value}}`
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`
  }
  if (value === null) return '{}'
  if (Array.isArray(value)) return `{"arrayValue":{"values":[${value.map(anyValue).join()}]}}`
  if (value instanceof Uint8Array) return `{"bytesValue":"${Buffer.from(value).toString('base64')}"}`
  return `{"kvlistValue":{"values":[${pairsOf(value as AnyMap)}]}}`
}

/** Returns a resource as a JSON object. */
export function encodeResource(attributes: ResourceAttributes): Uint8Array {
  return Buffer.from(`{${listOf(attributes).slice(1)}}`)
}
