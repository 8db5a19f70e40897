/** The spans of an SQL client: one for each query, one for each connection that the application asks a pool for. */

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

export interface SqlNames {
  query: string | { v0: string; v1: string }
  acquire: string | { v0: string; v1: string }
  /** Tag `db.type`. */
  type: string
  serviceSuffix: string
  /** A second name of the tag `db.pool.wait_time_ms`, which the spans of acquisitions have too. */
  waitTag?: string
}

/** `Parameters` is what a `service` function of the application is called with. */
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

  /** The span of a query, under the active one; `tags` is adopted, `waitMs` is what it waited for a pool before. */
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

  /** The span of waiting for a connection that the application asked a pool for. */
  acquire(): Span {
    return startSpan(this.#tools.runtime, this.#acquire.site, activeSpan(), {})
  }

  /** Ends such a span; where the connection goes may be known only now. */
  acquired(span: Span, tags: Tags, parameters: Parameters, failed: boolean, error: unknown): void {
    Object.assign(span.tags, tags)
    if (this.#waitTag !== undefined) span.tags[this.#waitTag] = performance.now() - span.startTicks
    this.#describe(span, parameters)
    endSpan(span, failed, error, undefined)
  }

  /**
   * What goes with the statement of `span`; undefined when there is nothing to send. `isCached`: somebody keeps the
   * statement by its text, so that the same text must stay the same.
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
