/**
 * Commands of ioredis and iovalkey. All go through `sendCommand` of the client of one server: also those of a pipeline
 * or a MULTI, and those of a cluster, which sends a command to another server after a redirection.
 */

import type { PatchTools } from '../../patch/types'
import { activeSpan } from '../../trace/context'
import { endWith } from '../redis/settling'
import { type RedisAddress, type RedisNames, RedisSpans } from '../redis/spans'
import { IoredisCommandMark } from './command-mark'
import type { Client, Command, Library } from './types'

const UNKNOWN: RedisAddress = { host: undefined, port: undefined }

/** Wraps the methods that send the commands of a client and of a pipeline. */
export function patchClient(Redis: Library, tools: PatchTools, names: RedisNames): void {
  const spans = new RedisSpans(tools, names)
  tools.wrap(Redis.prototype, 'sendCommand', original => {
    return function (this: Client, command: Command): unknown {
      if (tools.state.enabled) tools.fenced(() => begin(this, command, spans))
      return Reflect.apply(original, this, arguments)
    }
  })
  if (Redis.Pipeline === undefined) return
  // A pipeline is sent later, perhaps with commands of other callers; the parent is the span active now.
  tools.wrap(Redis.Pipeline.prototype, 'sendCommand', original => {
    return function (this: unknown, command: Command): unknown {
      const parent = tools.state.enabled ? activeSpan() : undefined
      if (parent !== undefined) tools.fenced(() => IoredisCommandMark.queued(command, parent))
      return Reflect.apply(original, this, arguments)
    }
  })
}

function begin({ options }: Client, command: Command, spans: RedisSpans): void {
  if (IoredisCommandMark.isFollowed(command)) return
  const { name, args } = command
  if (typeof name !== 'string' || !Array.isArray(args) || typeof command.reject !== 'function') return
  const parent = IoredisCommandMark.takeParent(command) ?? activeSpan()
  const span = spans.start(name, args, 0, addressOf(options), parent, options?.connectionName)
  if (span === undefined) return
  endWith(command, span, spans)
  IoredisCommandMark.followed(command, span)
}

function addressOf(options: Client['options']): RedisAddress {
  if (options === undefined) return UNKNOWN
  const { path, host, port } = options
  if (path) return { host: path, port: undefined }
  return { host, port: Number(port) || undefined }
}
