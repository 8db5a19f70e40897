/** The query of a command as JSON: its filters, without the documents that it writes. */

import type { Obfuscation } from './options'
import type { Command } from './types'

/** Limit of resource and query in UTF-16 units; the rest is left out. */
const MAX_LENGTH = 10_000
const MAX_DEPTH = 10
/** Limit of statements that are read: no more fit into the query, since the shortest, with its comma, takes three. */
const MAX_STATEMENTS = Math.ceil(MAX_LENGTH / 3)
const HIDDEN = '"?"'

/** Returns the filter of `command`; undefined when it has none. */
export function queryOf(command: Command, obfuscation: Obfuscation): string | undefined {
  const found =
    command.query ?? command.filter ?? command.pipeline ?? queriesOf(command.deletes ?? command.updates)
  if (typeof found !== 'object' || found === null) return undefined
  return new QueryWriter(obfuscation).write(found)
}

/** Returns the filters of statements `{ q, … }`, as one or a list; bulk writes of newer versions have `documents`. */
function queriesOf(given: unknown): unknown {
  const statements = Array.isArray(given) ? given : (given as { documents?: unknown } | undefined)?.documents
  if (!Array.isArray(statements)) return undefined
  if (statements.length === 1) return statements[0]?.q
  return statements.slice(0, MAX_STATEMENTS).map(statement => statement?.q)
}

/** Writes values of the application and of BSON as JSON; calls no code of the application but getters. */
class QueryWriter {
  readonly #obfuscation: Obfuscation
  /** The objects that enclose the value, outermost first. */
  readonly #around: object[] = []
  #room = MAX_LENGTH

  constructor(obfuscation: Obfuscation) {
    this.#obfuscation = obfuscation
  }

  write(value: unknown): string {
    const text = this.#textOf(value)
    this.#room -= text.length
    return text
  }

  #textOf(value: unknown): string {
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) return this.#nested(value, () => this.#items(value))
      if (value instanceof Map) return this.#nested(value, () => this.#fields(value))
      if (isDocument(value)) return this.#nested(value, () => this.#fields(Object.entries(value)))
    }
    if (this.#obfuscation === 'redact') return HIDDEN
    if (this.#obfuscation === 'types') return `"${typeOf(value)}"`
    return scalar(value, this.#room)
  }

  #nested(value: object, write: () => string): string {
    if (this.#around.length >= MAX_DEPTH || this.#around.includes(value)) return HIDDEN
    this.#around.push(value)
    const text = write()
    this.#around.pop()
    return text
  }

  #items(values: unknown[]): string {
    let text = ''
    for (const value of values) {
      if (this.#room <= 0) break
      text += text === '' ? this.write(value) : `,${this.write(value)}`
    }
    return `[${text}]`
  }

  #fields(fields: Iterable<[unknown, unknown]>): string {
    let text = ''
    for (const [name, value] of fields) {
      if (this.#room <= 0) break
      if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue
      const key = JSON.stringify(String(name))
      this.#room -= key.length
      text += `${text === '' ? '' : ','}${key}:${this.write(value)}`
    }
    return `{${text}}`
  }
}

/** Tells whether BSON encodes the value as a document. */
function isDocument(value: object): boolean {
  return !(
    '_bsontype' in value ||
    value instanceof Date ||
    value instanceof RegExp ||
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer
  )
}

function typeOf(value: unknown): string {
  if (typeof value !== 'object') return typeof value
  if (value === null) return 'null'
  const { _bsontype: type } = value as { _bsontype?: unknown }
  return typeof type === 'string' ? type : (value.constructor?.name ?? 'object')
}

function scalar(value: unknown, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.length > room ? value.slice(0, room) : value)
  if (typeof value === 'bigint') return `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (value instanceof Date) return JSON.stringify(value)
  if (value instanceof RegExp) return `{"$regex":${JSON.stringify(value.source)},"$options":"${value.flags}"}`
  return bsonScalar(value)
}

interface BsonValue {
  _bsontype?: unknown
  value?: unknown
  pattern?: unknown
  options?: unknown
  toHexString?(): string
}

function bsonScalar(value: BsonValue): string {
  switch (value._bsontype) {
    case 'ObjectId':
    case 'ObjectID':
      return JSON.stringify(value.toHexString?.())
    case 'Int32':
    case 'Double':
      return JSON.stringify(Number(value.value))
    case 'Long':
    case 'Timestamp':
    case 'Decimal128':
      return JSON.stringify(String(value))
    case 'BSONRegExp':
      return `{"$regex":${JSON.stringify(value.pattern)},"$options":${JSON.stringify(value.options)}}`
    default:
      return HIDDEN
  }
}
