/** Span pointers: links from a span to an object or a row that it wrote; spans that read it later have the same. */

import { createHash } from 'node:crypto'
import type { Span } from '../../src/kit/index'
import { isObject } from './services/service'
import type { Input } from './types'

/** Direction of a pointer on the span that has written; readers are downstream. */
const DOWN = 'd'
const HASH_DIGITS = 32

/** Adds the pointer to the object of PutObject, CopyObject and CompleteMultipartUpload. */
export function pointToObject(span: Span, input: Input, output: unknown): void {
  const { Bucket, Key } = input
  const { ETag, CopyObjectResult } = (output ?? {}) as {
    ETag?: unknown
    CopyObjectResult?: { ETag?: unknown }
  }
  const tag = ETag ?? CopyObjectResult?.ETag
  if (typeof Bucket !== 'string' || typeof Key !== 'string' || typeof tag !== 'string') return
  span.addSpanPointer('aws.s3.object', DOWN, hashOf([Bucket, Key, tag.replace(/^"|"$/g, '')]))
}

/** Adds the pointer to the row of UpdateItem and DeleteItem by its primary key: one or two attributes, by name. */
export function pointToItem(span: Span, { TableName, Key }: Input): void {
  if (typeof TableName !== 'string' || !isObject(Key)) return
  const names = Object.keys(Key).sort()
  if (names.length === 0 || names.length > 2) return
  const parts: (string | Buffer)[] = [TableName]
  for (const name of names) {
    const value = keyValue(Key[name])
    if (value === undefined) return
    parts.push(name, value)
  }
  if (names.length === 1) parts.push('', '')
  span.addSpanPointer('aws.dynamodb.item', DOWN, hashOf(parts))
}

/** Returns the text of a key: `{ S: 'text' }`, `{ N: '1' }` or `{ B: bytes }`; other types cannot be keys. */
function keyValue(attribute: unknown): string | Buffer | undefined {
  if (!isObject(attribute)) return undefined
  const { S, N, B } = attribute
  if (B instanceof Uint8Array) return Buffer.from(B)
  return typeof S === 'string' ? S : typeof N === 'string' ? N : undefined
}

function hashOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const [index, part] of parts.entries()) {
    if (index > 0) hash.update('|')
    hash.update(part)
  }
  return hash.digest('hex').slice(0, HASH_DIGITS)
}
