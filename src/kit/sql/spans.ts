/** The spans of SQL clients: one for each query, and one for each connection that the application asks a pool for. */

import type { ConfiguredSite } from '../../patch/state'
import type { PatchTools } from '../../patch/types'
import { activeSpan } from '../../trace/context'
import { endSpan } from '../../trace/outcome'
import type { Tags } from '../../trace/site'
import type { Span } from '../../trace/span'
import { startSpan } from '../../trace/start'
import { dbmComment } from '../dbm'
import { tagPeer } from '../peer'
import type { SqlComment } from './comment'
import { cutText, readSqlOptions, type SqlOptions } from './options'

const PEER = ['db.name']
const POOL_WAIT = 'db.pool.wait_time_ms'

/** Names that differ between SQL drivers. */
export interface SqlNames {
  query: string | { v0: string; v1: string }
  acquire: string | { v0: string; v1: string }
  /** Value of the tag `db.type`. */
  type: string
  serviceSuffix: string
  /** Second name of the tag `db.pool.wait_time_ms`; spans of acquired connections have it too. */
  waitTag?: string
}

/** `Parameters` is the type of what the application's `service` function is called with. */
export class SqlSpans<Parameters> {
  readonly #tools: PatchTools
  readonly #query: ConfiguredSite
  readonly #acquire: ConfiguredSite
  readonly #waitTag: string | undefined
  #options: SqlOptions<Parameters>

  constructor(tools: PatchTools, names: SqlNames) {
    this.#tools = tools
    const { type, serviceSuffix } = names
    const site = (name: SqlNames['query']) =>
      tools.site({ name, type: 'sql', kind: 'client', serviceSuffix, tags: { 'db.type': type } })
    this.#query = site(names.query)
    this.#acquire = site(names.acquire)
    this.#waitTag = names.waitTag
    this.#options = readSqlOptions(tools)
    tools.state.onConfigure(() => {
      this.#options = readSqlOptions(tools)
    })
  }

  /**
   * Starts the span of a query under the active span, and adopts `tags`. `waitMs` is how long the query waited for a
   * pool.
   */
  query(sql: unknown, tags: Tags, parameters: Parameters, waitMs?: number): Span {
    const span = startSpan(this.#tools.runtime, this.#query.site, activeSpan(), tags)
    if (typeof sql === 'string') span.resource = cutText(sql, this.#options.cut)
    if (waitMs !== undefined) {
      tags[POOL_WAIT] = waitMs
      if (this.#waitTag !== undefined) tags[this.#waitTag] = waitMs
    }
    this.#describe(span, parameters)
    return span
  }

  /** Starts the span of a connection that the application asked a pool for. */
  acquire(): Span {
    return startSpan(this.#tools.runtime, this.#acquire.site, activeSpan(), {})
  }

  /** Ends a span of `acquire`. Its tags come now, since the address may be known only after connecting. */
  acquired(span: Span, tags: Tags, parameters: Parameters, failed: boolean, error: unknown): void {
    Object.assign(span.tags, tags)
    if (this.#waitTag !== undefined) span.tags[this.#waitTag] = performance.now() - span.startTicks
    this.#describe(span, parameters)
    endSpan(span, failed, error, undefined)
  }

  /**
   * Returns the comment for the statement of `span`; undefined if comments are off. `isCached` says that the driver or
   * the server caches statements by their text, which must then be the same for every trace.
   */
  comment(span: Span, isCached: boolean): SqlComment | undefined {
    const { mode, isAppended } = this.#options
    if (mode === 'disabled') return undefined
    return { text: dbmComment(span, mode, this.#tools.config, isCached), isAppended }
  }

  #describe(span: Span, parameters: Parameters): void {
    const service = this.#options.serviceOf?.(parameters)
    if (typeof service === 'string' && service !== '') {
      span.service = service
      span.tags['_dd.svc_src'] = 'opt.plugin'
    }
    tagPeer(span, this.#tools.config, PEER)
  }
}
