/** The spans of Redis clients: one for each command. */

import type { ConfiguredSite } from '../../patch/state'
import type { PatchTools } from '../../patch/types'
import { activeSpan } from '../../trace/context'
import { endSpan } from '../../trace/outcome'
import type { Tags } from '../../trace/site'
import type { Span } from '../../trace/span'
import { startSpan } from '../../trace/start'
import { tagPeer } from '../peer'
import { commandFilter } from './command-filter'
import { rawCommand } from './raw-command'

/** Address of a server. For a Unix socket, `host` is its path, and there is no port. */
export interface RedisAddress {
  readonly host: string | undefined
  readonly port: number | undefined
}

/** Names that differ between Redis clients. */
export interface RedisNames {
  /** `redis` or `valkey`: the span type, and the beginning of operation and tag names. */
  type: string
  serviceSuffix: string
}

/** Documentation of the options that all Redis integrations share. */
export const REDIS_OPTIONS: Record<string, string> = {
  allowlist: 'Commands to trace: a list of names (in any case) or regular expressions; default: all.',
  blocklist: 'Commands not to trace, in the form of `allowlist`.',
  filter:
    'Function of the command name in upper case; returns whether to trace it. It replaces the two lists.',
}

/** Documentation of `splitByInstance`, for clients whose connections have names. */
export const SPLIT_OPTION = {
  splitByInstance:
    'Use the name of the connection as the service name, or append it to `service`; default false.',
}

/** Starts and ends the spans of one integration. */
export class RedisSpans {
  readonly #tools: PatchTools
  readonly #site: ConfiguredSite
  readonly #rawTag: string
  #accepts: ((name: string) => boolean) | undefined
  #splits = false

  constructor(tools: PatchTools, { type, serviceSuffix }: RedisNames) {
    this.#tools = tools
    this.#rawTag = `${type}.raw_command`
    this.#site = tools.site({
      name: `${type}.command`,
      type,
      kind: 'client',
      serviceSuffix,
      tags: { 'db.type': type },
    })
    tools.state.onConfigure(() => {
      this.#accepts = commandFilter(tools.state.options)
      this.#splits = tools.state.options.splitByInstance === true
    })
  }

  /**
   * Starts the span of the command `name` with the arguments `args`, beginning at index `from`. Returns undefined if
   * the options exclude the command. `connection` is the name of the connection, if it has one.
   */
  start(
    name: string,
    args: readonly unknown[],
    from: number,
    { host, port }: RedisAddress,
    parent: Span | undefined = activeSpan(),
    connection?: unknown,
  ): Span | undefined {
    const upper = name.toUpperCase()
    if (upper === 'CLIENT' && isInquiry(args[from])) return undefined
    if (this.#accepts !== undefined && !this.#accepts(upper)) return undefined
    const tags: Tags = { 'out.host': host, 'network.destination.port': port }
    tags[this.#rawTag] = rawCommand(upper, args, from)
    const span = startSpan(this.#tools.runtime, this.#site.site, parent, tags)
    span.resource = name
    if (this.#splits && typeof connection === 'string' && connection !== '') this.#split(span, connection)
    tagPeer(span, this.#tools.config)
    return span
  }

  /** Ends a span. A failure in doing so is caught, so that it cannot reach the client. */
  finish(span: Span, failed: boolean, error: unknown): void {
    try {
      endSpan(span, failed, error, undefined)
    } catch (failure) {
      this.#tools.state.failed(failure)
    }
  }

  #split(span: Span, connection: string): void {
    const { service } = this.#tools.state.options
    span.service = typeof service === 'string' && service !== '' ? `${service}-${connection}` : connection
    span.tags['_dd.svc_src'] = 'opt.split_by_instance'
  }
}

/**
 * Returns whether a CLIENT subcommand is one that clients send after connecting to see whether the server knows it.
 * Most servers refuse it, and the client ignores the error.
 */
function isInquiry(subcommand: unknown): boolean {
  return typeof subcommand === 'string' && /^(?:SETINFO|MAINT_NOTIFICATIONS)$/i.test(subcommand)
}
