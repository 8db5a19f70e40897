/** Spans of commands, from when a connection is given one until it is answered. */

import {
  type AnyFunction,
  activeSpan,
  Caller,
  type ConfiguredSite,
  dbmComment,
  endSpan,
  type PatchTools,
  type Span,
  startSpan,
  type Tags,
  tagPeer,
} from '../../src/kit/index'
import { isHeartbeat, nameOf, namespaceOf } from './names'
import { type MongoOptions, readOptions } from './options'
import { queryOf } from './query'
import type { Command, Connection, Namespace, Reply } from './types'

const PEER = ['db.name']
const MAX_RESOURCE_LENGTH = 10_000
/** Wire versions: 6 is MongoDB 3.6, 9 is 4.4, https://github.com/mongodb/specifications (max-wire-version). */
const WITH_COMMENT: Readonly<Record<string, number>> = {
  find: 6,
  aggregate: 6,
  count: 9,
  delete: 9,
  distinct: 9,
  findAndModify: 9,
  insert: 9,
  update: 9,
}

/** Makes the spans of commands of one copy of the driver. */
export class Commands {
  readonly #tools: PatchTools
  readonly #site: ConfiguredSite
  readonly #addresses = new WeakMap<Connection, Readonly<Tags>>()
  #options: MongoOptions

  constructor(tools: PatchTools) {
    this.#tools = tools
    this.#site = mongoSite(tools)
    this.#options = readOptions(tools)
    tools.state.onConfigure(() => {
      this.#options = readOptions(tools)
    })
  }

  /** Starts the span of a command; undefined for one that has none. */
  start(connection: Connection, namespace: Namespace, command: Command): Span | undefined {
    const name = nameOf(command)
    if (typeof namespace?.db !== 'string' || name === '') return undefined
    const { hasHeartbeats, hasQueryInResource, obfuscation } = this.#options
    if (!hasHeartbeats && isHeartbeat(name)) return undefined
    const { db } = namespace
    const tags: Tags = { 'db.name': db, ...this.#addressOf(connection) }
    // A connection that monitors the server outlives the call that opened it: its commands have no parent.
    const parent = connection.id === '<monitor>' ? undefined : activeSpan()
    const span = startSpan(this.#tools.runtime, this.#site.site, parent, tags)
    // The peer is the database, not the collection.
    tagPeer(span, this.#tools.config, PEER)
    const fullName = namespaceOf(db, namespace, name, command)
    tags['db.name'] = fullName
    const query = queryOf(command, obfuscation)
    if (query !== undefined) tags['mongodb.query'] = query
    const resource = `${name} ${fullName}`
    span.resource =
      hasQueryInResource && query !== undefined
        ? `${resource} ${query}`.slice(0, MAX_RESOURCE_LENGTH)
        : resource
    return span
  }

  /** Returns `command`, or a copy with a comment that names its sender; a comment of the application's stays. */
  commented(connection: Connection, command: Command, span: Span): Command {
    if (this.#options.dbm === 'disabled' || command.comment !== undefined) return command
    const needed = WITH_COMMENT[nameOf(command)]
    const version = connection.description?.maxWireVersion
    if (needed === undefined || typeof version !== 'number' || version < needed) return command
    const comment = dbmComment(span, this.#options.dbm, this.#tools.config)
    return { ...command, comment: comment.slice('/*'.length, -'*/'.length) }
  }

  #addressOf(connection: Connection): Readonly<Tags> {
    let tags = this.#addresses.get(connection)
    if (tags === undefined) {
      tags = addressTags(connection.address)
      this.#addresses.set(connection, tags)
    }
    return tags
  }
}

/** Makes the site of the spans, which all have one name. */
export function mongoSite(tools: PatchTools): ConfiguredSite {
  return tools.site({ name: 'mongodb.query', type: 'mongodb', kind: 'client', serviceSuffix: 'mongodb' })
}

function addressTags(address: unknown): Tags {
  if (typeof address !== 'string') return {}
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
  if (host === undefined) return { 'out.host': address }
  return { 'out.host': host, 'out.port': port, 'network.destination.port': Number(port) }
}

/** Patches `lib/cmap/connection.js`. */
export function patchCommand({ Connection }: { Connection: { prototype: object } }, tools: PatchTools): void {
  const commands = new Commands(tools)
  tools.wrap(Connection.prototype, 'command', original => {
    // The fourth parameter is the driver's callback; since it uses promises, the class of the answer.
    const hasCallback = original.length === 4
    return function (this: Connection, namespace: Namespace, command: Command): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      let span: Span | undefined
      const args = [...arguments]
      tools.fenced(() => {
        span = commands.start(this, namespace, command)
        if (span !== undefined) args[1] = commands.commented(this, command, span)
      })
      if (hasCallback && typeof args[3] === 'function') {
        args[3] = coverCallback(args[3] as AnyFunction, span, tools)
      }
      if (span === undefined) return Reflect.apply(original, this, args)
      return observe(original, this, args, span, tools)
    }
  })
}

function observe(
  original: AnyFunction,
  self: unknown,
  args: unknown[],
  span: Span,
  tools: PatchTools,
): unknown {
  let result: unknown
  try {
    result = Reflect.apply(original, self, args)
  } catch (error) {
    endSpan(span, true, error, undefined)
    throw error
  }
  // Only the driver has this promise, and it awaits it: a second branch hides no rejection from the application.
  if (result instanceof Promise) {
    result.then(
      reply => endAnswered(span, false, undefined, reply, tools),
      error => endAnswered(span, true, error, undefined, tools),
    )
  }
  return result
}

/** Returns a callback that ends the span and runs the driver's in the context of the command's sender. */
function coverCallback(callback: AnyFunction, span: Span | undefined, tools: PatchTools): AnyFunction {
  const caller = new Caller()
  return function (this: unknown, error: unknown, reply: unknown): unknown {
    if (span !== undefined) endAnswered(span, Boolean(error), error, reply, tools)
    return caller.run(callback, this, arguments)
  }
}

function endAnswered(span: Span, failed: boolean, error: unknown, reply: unknown, tools: PatchTools): void {
  if (span.durationMs >= 0) return
  if (!failed) tools.fenced(() => tagWriteError(span, reply))
  endSpan(span, failed, error, undefined)
}

/** Tags the error of a refused write (a duplicate key, for example): its command succeeds, the driver throws later. */
function tagWriteError(span: Span, reply: unknown): void {
  if (typeof reply !== 'object' || reply === null) return
  const { writeErrors, has, toObject } = reply as Reply
  const errors =
    typeof has === 'function' && typeof toObject === 'function'
      ? Reflect.apply(has, reply, ['writeErrors']) === true &&
        (Reflect.apply(toObject, reply, []) as Reply).writeErrors
      : writeErrors
  if (!Array.isArray(errors) || errors.length === 0) return
  span.error = 1
  span.tags['error.type'] = 'MongoServerError'
  span.tags['error.message'] = String(errors[0]?.errmsg ?? errors[0]?.code)
}
