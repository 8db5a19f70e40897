/**
 * Translates Datadog's tags into OpenTelemetry's attributes, by the stable semantic conventions
 * (https://opentelemetry.io/docs/specs/semconv/). Names that are not listed here stay as they are, but `_dd*`, which
 * only Datadog understands, is left out. What Datadog keeps in tags and OpenTelemetry elsewhere (kind, error, …) is
 * `hidden`.
 */

import type { TagValue } from '../../trace/site'
import { cutKey } from '../encode/limits'

/** A value, or a list of values of one type. */
export type AttributeValue = TagValue | readonly TagValue[]

/** An attribute by its name. There is one object for each name, so that a span has an attribute only once. */
export interface Target {
  readonly name: string
  /** Whether it is left out of the attributes, because OpenTelemetry keeps it elsewhere. */
  readonly isHidden: boolean
  /** Number of the last span that had the attribute, and its index in that span's list. */
  span: number
  index: number
  /** Encoded forms in the two formats. */
  protobuf: Encoded<Uint8Array> | undefined
  json: Encoded<string> | undefined
}

/**
 * Encoded attributes, kept because most spans have the same few hosts, methods and components: a copy costs a third
 * of writing.
 */
export interface Encoded<Piece> {
  readonly name: Piece
  /** Whole attributes by value; undefined once there were more than `MAX_VALUES`: such an attribute holds data. */
  values: Map<AttributeValue, Piece> | undefined
}

/** Most values of an attribute that are kept encoded. */
const MAX_VALUES = 16
/** Longest encoded attribute that is kept, in bytes or characters. */
const MAX_KEPT = 128

/** Keeps the encoded attribute for the next span with this value. */
export function keepValue<Piece extends { length: number }>(
  encoded: Encoded<Piece>,
  value: AttributeValue,
  piece: Piece,
): void {
  if (encoded.values?.size === MAX_VALUES) encoded.values = undefined
  else if (piece.length <= MAX_KEPT) encoded.values?.set(value, piece)
}

/** What becomes of a tag. */
export interface Rule {
  /** The attribute; undefined when the tag is left out. */
  readonly target: Target | undefined
  /** Converts the value; undefined when the value stays as it is. */
  readonly convert: ((value: TagValue) => AttributeValue) | undefined
}

function target(name: string, isHidden = false): Target {
  return { name, isHidden, span: 0, index: 0, protobuf: undefined, json: undefined }
}

/** Attributes that decide more than their own name and value. */
export const KIND = target('span.kind', true)
export const ERROR_MESSAGE = target('error.message', true)
export const ERROR_STACK = target('error.stack', true)
export const ERROR_TYPE = target('error.type')
export const STATUS_CODE = target('http.response.status_code')
export const URL_FULL = target('url.full')
export const URL_SCHEME = target('url.scheme')
export const URL_PATH = target('url.path')
export const URL_QUERY = target('url.query')
export const DB_SYSTEM = target('db.system.name')
export const DB_NAMESPACE = target('db.namespace')
export const DB_QUERY = target('db.query.text')
export const DB_OPERATION = target('db.operation.name')
export const OPERATION = target('operation.name')
export const TYPE = target('span.type')

const SPECIAL = [
  ...[KIND, ERROR_MESSAGE, ERROR_STACK, ERROR_TYPE, STATUS_CODE, URL_FULL, URL_SCHEME, URL_PATH, URL_QUERY],
  ...[DB_SYSTEM, DB_NAMESPACE, DB_QUERY, DB_OPERATION, OPERATION, TYPE],
]

/** Present names of attributes, by Datadog's names and those of older conventions. */
const RENAMED: Readonly<Record<string, string>> = {
  'http.method': 'http.request.method',
  'http.url': 'url.full',
  'http.useragent': 'user_agent.original',
  'http.user_agent': 'user_agent.original',
  'http.client_ip': 'client.address',
  'out.host': 'server.address',
  'network.destination.name': 'server.address',
  'net.peer.name': 'server.address',
  'network.destination.ip': 'network.peer.address',
  'db.name': 'db.namespace',
  'db.instance': 'db.namespace',
  'db.statement': 'db.query.text',
  'db.operation': 'db.operation.name',
  'usr.id': 'user.id',
  'usr.name': 'user.name',
  'usr.email': 'user.email',
}

/** Present names of attributes that are integers, by Datadog's names and those of older conventions. */
const INTEGERS: Readonly<Record<string, string>> = {
  'http.status_code': 'http.response.status_code',
  'http.response.status_code': 'http.response.status_code',
  'out.port': 'server.port',
  'network.destination.port': 'server.port',
  'net.peer.port': 'server.port',
  'db.row_count': 'db.response.returned_rows',
}

/** Names of database systems that differ in OpenTelemetry. */
const SYSTEMS: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  mssql: 'microsoft.sql_server',
  oracle: 'oracle.db',
}

/** Tags of headers, which are attributes with lists: `http.request.headers.accept` is `http.request.header.accept`. */
const HEADERS = /^http\.(request|response)\.headers\.(.+)$/

/**
 * Most names whose rule is kept. An application with more puts data into names; the others are worked out each time.
 */
const MAX_NAMES = 4096

const targets = new Map(SPECIAL.map(each => [each.name, each]))
const rules = new Map<string, Rule>()

/** Returns the attribute of this name. */
export function targetOf(name: string): Target {
  let found = targets.get(name)
  if (found === undefined) {
    found = target(name)
    if (targets.size < MAX_NAMES) targets.set(name, found)
  }
  return found
}

/** Returns what becomes of a tag of this name. */
export function ruleOf(name: string): Rule {
  let rule = rules.get(name)
  if (rule === undefined) {
    rule = makeRule(name)
    if (rules.size < MAX_NAMES) rules.set(name, rule)
  }
  return rule
}

function makeRule(name: string): Rule {
  if (name.startsWith('_dd') || name === '') return { target: undefined, convert: undefined }
  if (Object.hasOwn(INTEGERS, name)) return { target: targetOf(INTEGERS[name]), convert: toInteger }
  if (name === 'db.type' || name === 'db.system') return { target: DB_SYSTEM, convert: toSystem }
  const header = HEADERS.exec(name)
  if (header !== null) {
    return { target: targetOf(cutKey(`http.${header[1]}.header.${header[2]}`)), convert: toList }
  }
  const known = Object.hasOwn(RENAMED, name) ? RENAMED[name] : cutKey(name)
  return { target: targetOf(known), convert: undefined }
}

function toInteger(value: TagValue): AttributeValue {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
}

function toSystem(value: TagValue): AttributeValue {
  return typeof value === 'string' && Object.hasOwn(SYSTEMS, value) ? SYSTEMS[value] : value
}

function toList(value: TagValue): AttributeValue {
  return [String(value)]
}
