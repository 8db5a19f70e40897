/**
 * A span as OpenTelemetry sees it:
 *
 * | OpenTelemetry | Datadog |
 * |---|---|
 * | name | resource; of SQL, whose resource is the statement, `SELECT <db.namespace>` |
 * | kind | tag `span.kind`, `internal` without |
 * | trace state | the members that this trace sends on, without `p`, which is the span itself |
 * | flags | sampled, random; whether the parent is remote is known (bit 8), and bit 9 says it |
 * | attributes | tags (attributes.ts); `operation.name` and `span.type` are the name and type |
 * | status | `error`, with `error.message` |
 * | event `exception` | `error.type`, `error.message` and `error.stack`, unless the exception was recorded as such |
 */

import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import { otherMembers, stateHead, stateTail, withoutParent } from '../../trace/propagation/tracestate-text'
import type { TagValue } from '../../trace/site'
import type { SpanEvent } from '../../trace/span-extras'
import { AttributeList } from './attribute-list'
import * as names from './attributes'
import { type Nanos, readEnd, readTime } from './nanos'
import type { Head, SpanOutput } from './output'
import { statementOf } from './statement'

const KINDS: Readonly<Record<string, number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
}
const SERVER = 2

/** Number of characters of two stacks that are compared: stacks of events are cut off. */
const COMPARED = 2000

const SAMPLED = 1
const RANDOM = 2
const REMOTE_IS_KNOWN = 0x100
const REMOTE = 0x200

/** Types of spans whose resource is a statement. */
const WITH_STATEMENT: ReadonlySet<string> = new Set(['sql', 'cassandra'])
/** Database systems that write texts in double quotes. */
const QUOTED_TEXTS: ReadonlySet<unknown> = new Set(['mysql', 'mariadb'])

const list = new AttributeList()
const head = { name: '', kind: 0, traceState: '', flags: 0, start: { hi: 0, lo: 0 }, end: { hi: 0, lo: 0 } }
const time: Nanos = { hi: 0, lo: 0 }

/** Writes `span` to `out`. With `first`, it also carries the tags that its trace has for one span of a chunk. */
export function writeSpan(span: SpanRecord, first: boolean, traceState: string, out: SpanOutput): void {
  const { trace, events, links } = span
  list.clear()
  list.addTags(span.site.tags)
  list.addTags(span.tags)
  if (first && trace.chunkTags !== undefined) list.addTags(trace.chunkTags)
  describe(span, head)
  head.traceState = traceState
  out.begin(span, head)
  for (let index = 0; index < list.count; index++) {
    const target = list.targets[index]
    if (!target.isHidden) out.attribute(target, list.values[index])
  }
  if (events !== undefined) {
    for (const event of events) {
      readTime(trace, event.ticks, time)
      out.event(time, event.name, event.attributes)
    }
  }
  if (events === undefined || !events.some(isFailure)) writeException(out)
  if (links !== undefined) for (const link of links) out.link(link)
  out.end(list.droppedCount, span.error === 0 ? undefined : text(names.ERROR_MESSAGE))
}

/** Fills in the head, and adds attributes for Datadog's fields. */
function describe(span: SpanRecord, to: Head): void {
  const { trace, name, type } = span
  to.kind = KINDS[text(names.KIND)] ?? KINDS.internal
  to.name = span.resource || name
  if (span.resource !== '' && WITH_STATEMENT.has(type)) to.name = describeStatement(span)
  if (name !== to.name) list.set(names.OPERATION, name)
  if (type !== '') list.set(names.TYPE, type)
  if (to.kind === SERVER) describeUrl(text(names.URL_FULL))
  const status = list.get(names.STATUS_CODE)
  if (span.error === 1 && status !== undefined && list.get(names.ERROR_TYPE) === undefined) {
    list.set(names.ERROR_TYPE, String(status))
  }
  readTime(trace, span.startTicks, to.start)
  readEnd(span, to.start, to.end)
  to.flags = flagsOf(span, trace)
}

function describeStatement({ name, resource }: SpanRecord): string {
  const statement = statementOf(resource, QUOTED_TEXTS.has(list.get(names.DB_SYSTEM)))
  if (list.get(names.DB_QUERY) === undefined) list.set(names.DB_QUERY, statement.text)
  const { operation } = statement
  if (operation !== '' && list.get(names.DB_OPERATION) === undefined) list.set(names.DB_OPERATION, operation)
  return `${operation} ${text(names.DB_NAMESPACE)}`.trim() || name
}

/** Servers have the parts of a URL. */
function describeUrl(url: string): void {
  const scheme = url.indexOf('://')
  if (scheme <= 0) return
  list.set(names.URL_SCHEME, url.slice(0, scheme))
  const question = url.indexOf('?', scheme + 3)
  const end = question < 0 ? url.length : question
  const slash = url.indexOf('/', scheme + 3)
  list.set(names.URL_PATH, slash < 0 || slash > end ? '/' : url.slice(slash, end))
  if (question >= 0 && question + 1 < url.length) list.set(names.URL_QUERY, url.slice(question + 1))
}

function flagsOf(span: SpanRecord, trace: LocalTrace): number {
  const { remote } = trace
  const isRemote = remote !== undefined && span === trace.root
  return (
    REMOTE_IS_KNOWN |
    (trace.priority > 0 ? SAMPLED : 0) |
    (remote?.random === true ? RANDOM : 0) |
    (isRemote ? REMOTE : 0)
  )
}

/** Returns whether the event is the error that the span failed with; an event with another stack was handled. */
function isFailure({ name, attributes }: SpanEvent): boolean {
  if (name !== 'exception' && attributes?.['exception.message'] === undefined) return false
  const told = attributes?.['exception.stacktrace']
  const stack = text(names.ERROR_STACK)
  return typeof told !== 'string' || stack === '' || stack.startsWith(told.slice(0, COMPARED))
}

/** Writes the event `exception` at the end of the span, since the time of the failure is not known. */
function writeException(out: SpanOutput): void {
  const message = text(names.ERROR_MESSAGE)
  const stack = text(names.ERROR_STACK)
  if (message === '' && stack === '') return
  const attributes: Record<string, TagValue> = {}
  const type = text(names.ERROR_TYPE)
  if (type !== '') attributes['exception.type'] = type
  if (message !== '') attributes['exception.message'] = message
  if (stack !== '') attributes['exception.stacktrace'] = stack
  out.event(head.end, 'exception', attributes as Record<string, string>)
}

function text(target: names.Target): string {
  const value = list.get(target)
  return value === undefined ? '' : String(value)
}

/** Returns the `tracestate` of all spans of a trace. */
export function traceStateOf(trace: LocalTrace): string {
  const head = stateHead(String(trace.priority), trace.origin)
  const { remote, probability, traceHi, traceLo } = trace
  const others = otherMembers(remote, probability, traceHi, traceLo)
  const unknown = remote === undefined ? '' : remote.unknownTracestate
  const tail = stateTail(head.length, trace.propagated, unknown)
  return withoutParent(head, others === '' ? tail : `${tail},${others}`)
}
