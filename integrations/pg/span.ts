/** The span of one query, and the comment that goes with its statement. */

import type { PatchTools, Span, Tags } from '../../src/kit/index'
import { type SqlComment, SqlPools, SqlSpans } from '../../src/kit/sql/index'
import { poolShape } from './pool-shape'
import type { Client, ConnectionParameters, Query } from './types'

const NONE: ConnectionParameters = {}

export class PgSpans {
  readonly pools: SqlPools<ConnectionParameters>
  readonly #spans: SqlSpans<ConnectionParameters>

  constructor(tools: PatchTools) {
    this.#spans = new SqlSpans(tools, {
      query: { v0: 'pg.query', v1: 'postgresql.query' },
      acquire: { v0: 'pg.pool.acquire', v1: 'postgresql.pool.acquire' },
      type: 'postgres',
      serviceSuffix: 'postgres',
    })
    this.pools = new SqlPools(tools, this.#spans, poolShape)
  }

  start(client: Client, query: Query): Span {
    const parameters = client.connectionParameters ?? NONE
    const source = query.cursor ?? query
    const tags: Tags = {
      'db.name': parameters.database ?? undefined,
      'db.user': parameters.user ?? undefined,
      'out.host': parameters.host ?? undefined,
      'network.destination.port': parameters.port ?? undefined,
      'db.pid': client.processID ?? undefined,
      'db.stream': typeof source.read === 'function' ? 1 : undefined,
    }
    return this.#spans.query(source.text, tags, parameters, this.pools.takeWait())
  }

  /** Undefined when there is none to send. */
  comment(span: Span, query: Query): SqlComment | undefined {
    return this.#spans.comment(span, typeof query.name === 'string' && query.name !== '')
  }
}

const known = new WeakMap<object, PgSpans>()

/** One for clients of both kinds and for pools, which hand on what their queries waited. */
export function pgSpans(tools: PatchTools): PgSpans {
  let spans = known.get(tools.state)
  if (spans === undefined) {
    spans = new PgSpans(tools)
    known.set(tools.state, spans)
  }
  return spans
}
