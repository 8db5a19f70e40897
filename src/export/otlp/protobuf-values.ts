/**
 * Parts of messages that all signals have, as protobuf:
 *
 * | message | fields |
 * |---|---|
 * | Resource | 1 attributes* |
 * | InstrumentationScope | 1 name, 2 version |
 * | KeyValue | 1 key, 2 value |
 * | AnyValue | one of 1 string, 2 bool, 3 int64, 4 double, 5 array, 6 kvlist, 7 bytes; none for null |
 * | ArrayValue, KeyValueList | 1 values* |
 */

import { Writer } from 'protobufjs/minimal'
import type { AnyMap, AnyValue } from './any-value'
import type { Nanos } from './nanos'
import type { ResourceAttributes } from './output'
import { sendable } from './text'

/** Wire types of protobuf, and the tag before a field. */
export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
export const FIXED32 = 5
export const tag = (field: number, wireType: number): number => (field << 3) | wireType

/** Writes a fixed64 as two words, the lower first, so that no object is made for it. */
export function writeTime(out: Writer, field: number, { hi, lo }: Readonly<Nanos>): void {
  out.uint32(tag(field, FIXED64)).fixed32(lo).fixed32(hi)
}

/** Writes attributes as the repeated field `field`. */
export function writeAttributes(
  out: Writer,
  field: number,
  attributes: Readonly<Record<string, AnyValue>>,
): void {
  for (const name in attributes) {
    out.uint32(tag(field, BYTES)).fork()
    out.uint32(tag(1, BYTES)).string(sendable(name))
    writeValue(out.uint32(tag(2, BYTES)), attributes[name])
    out.ldelim()
  }
}

/** Writes an AnyValue with its length. */
export function writeValue(out: Writer, value: AnyValue): void {
  out.fork()
  if (typeof value === 'string') out.uint32(tag(1, BYTES)).string(sendable(value))
  else if (typeof value === 'boolean') out.uint32(tag(2, VARINT)).bool(value)
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) out.uint32(tag(3, VARINT)).int64(value)
    else out.uint32(tag(4, FIXED64)).double(value)
  } else if (Array.isArray(value)) {
    out.uint32(tag(5, BYTES)).fork()
    for (const each of value) writeValue(out.uint32(tag(1, BYTES)), each)
    out.ldelim()
  } else if (value instanceof Uint8Array) {
    out.uint32(tag(7, BYTES)).bytes(value)
  } else if (value !== null) {
    out.uint32(tag(6, BYTES)).fork()
    writeAttributes(out, 1, value as AnyMap)
    out.ldelim()
  }
  out.ldelim()
}

/** Returns tag and length of a message whose bytes follow. */
export function lengthened(field: number, length: number): Uint8Array {
  return Writer.create().uint32(tag(field, BYTES)).uint32(length).finish()
}

/** Returns the field `resource`, which has number 1 in all signals. */
export function encodeResource(attributes: ResourceAttributes): Uint8Array {
  const out = Writer.create().uint32(tag(1, BYTES)).fork()
  writeAttributes(out, 1, attributes)
  return out.ldelim().finish()
}

/** Returns the field `scope`, which has number 1 in all signals. */
export function encodeScope(name: string, version: string): Uint8Array {
  const out = Writer.create().uint32(tag(1, BYTES)).fork()
  out.uint32(tag(1, BYTES)).string(sendable(name)).uint32(tag(2, BYTES)).string(sendable(version))
  return out.ldelim().finish()
}
