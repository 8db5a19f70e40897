/** The span of one query, and the comment that goes with its statement. */

import {
  active,
  type DbmMode,
  dbmComment,
  dbmMode,
  guarded,
  type PatchTools,
  type Span,
  startSpan,
  type Tags,
  tagPeer,
} from '../../src/kit/index'
import type { Comment } from './comment'
import type { Client, ConnectionParameters, Query } from './types'

/** What agents cut resources to. */
const DEFAULT_CUT = 5000
const PEER = ['db.name']
const NONE: ConnectionParameters = {}

interface PgOptions {
  serviceOf: ((parameters: ConnectionParameters) => unknown) | undefined
  /** Longest resource in characters. */
  cut: number
  mode: DbmMode
  appendComment: boolean
}

export interface QuerySpans {
  start(client: Client, query: Query): Span
  /** Undefined when there is none to send. */
  comment(span: Span, query: Query): Comment | undefined
}

export function querySpans(tools: PatchTools): QuerySpans {
  const { runtime, config } = tools
  const site = tools.site({
    name: { v0: 'pg.query', v1: 'postgresql.query' },
    type: 'sql',
    kind: 'client',
    serviceSuffix: 'postgres',
    tags: { 'db.type': 'postgres' },
  })
  let options = readOptions(tools)
  tools.state.onConfigure(() => {
    options = readOptions(tools)
  })
  return {
    start(client, query) {
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
      const span = startSpan(runtime, site.site, active(), tags)
      const { text } = source
      if (typeof text === 'string') span.resource = cutText(text, options.cut)
      if (options.serviceOf !== undefined) {
        const service = options.serviceOf(parameters)
        if (typeof service === 'string' && service !== '') {
          span.service = service
          tags['_dd.svc_src'] = 'opt.plugin'
        }
      }
      tagPeer(span, config, PEER)
      return span
    },
    comment(span, query) {
      if (options.mode === 'disabled') return undefined
      const isCached = typeof query.name === 'string' && query.name !== ''
      return { text: dbmComment(span, options.mode, config, isCached), isAppended: options.appendComment }
    },
  }
}

function readOptions({ state, config }: PatchTools): PgOptions {
  const { service, truncate, dbmPropagationMode, appendComment } = state.options
  return {
    serviceOf:
      typeof service === 'function'
        ? guarded('pg service', service as (parameters: ConnectionParameters) => unknown, undefined)
        : undefined,
    cut: typeof truncate === 'number' ? truncate : truncate === true ? DEFAULT_CUT : Number.POSITIVE_INFINITY,
    mode: dbmMode(dbmPropagationMode, config),
    appendComment: appendComment === true,
  }
}

function cutText(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, Math.max(0, limit - 3))}...` : text
}
