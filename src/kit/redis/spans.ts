/** The spans of a Redis client: one for each command. */

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

/** Where a connection goes; a socket in the file system has no port. */
export interface RedisAddress {
  readonly host: string | undefined
  readonly port: number | undefined
}

export interface RedisNames {
  /** `redis` or `valkey`: of the operation, the type, and the tags. */
  type: string
  serviceSuffix: string
}

export const REDIS_OPTIONS: Record<string, string> = {
  allowlist: 'Commands to trace: names in any case, or patterns; default all.',
  blocklist: 'Commands not to trace.',
  filter: 'Function that is asked whether to trace a command, with its name in upper case.',
}

/** `splitByInstance`, for clients whose connections have names. */
export const SPLIT_OPTION = {
  splitByInstance: 'Whether the name of the connection is (part of) the name of the service.',
}

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
   * The span of `name` with what `args` has from `from` on, undefined when the options exclude it. `connection` is the name of the connection, if it has one.
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

  /** Ends a span; nothing of it may reach the client. */
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

/** What clients ask after connecting in case that the server knows it: most do not, and the error is nobody's concern. */
function isInquiry(subcommand: unknown): boolean {
  return typeof subcommand === 'string' && /^(?:SETINFO|MAINT_NOTIFICATIONS)$/i.test(subcommand)
}
