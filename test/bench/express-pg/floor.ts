/**
 * The least work for the same four spans: a request's span from `request` to `close`, a query's from its call to its
 * end, and one AsyncLocalStorage. No options, no propagation but looking for its headers, no safety.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { type IncomingMessage, Server, type ServerResponse } from 'node:http'
import { kindOf } from '../floor/kind'
import { Payload } from '../floor/payload'
import { FloorSpan } from '../floor/span'
import type { Traced } from './traced'

type Method = (this: unknown, ...args: unknown[]) => unknown

interface PgClient {
  connectionParameters: {
    host: string
    port: number
    database: string
    user: string
  }
  processID: number
}

const common = {
  language: 'javascript',
  'runtime-id': '8a7d0bd5-3c9a-4a39-9d25-7d7a7f5b1a0e',
  env: 'bench',
}
const metrics = { process_id: process.pid, '_dd.measured': 1 }
const requestKind = kindOf(
  { name: 'express.request', service: 'bench', type: 'web' },
  {
    ...common,
    version: '1.0.0',
    component: 'express',
    '_dd.integration': 'express',
    'span.kind': 'server',
  },
  metrics,
)
const queryKind = kindOf(
  { name: 'pg.query', service: 'bench-postgres', type: 'sql' },
  {
    ...common,
    ...{
      component: 'pg',
      '_dd.integration': 'pg',
      'span.kind': 'client',
      'db.type': 'postgres',
    },
    ...{ '_dd.base_service': 'bench', '_dd.svc_src': 'pg' },
  },
  { ...metrics, '_dd.top_level': 1 },
)

export function install(): Traced {
  const payload = new Payload(process.env.BENCH_SINK_URL as string)
  const storage = new AsyncLocalStorage<FloorSpan>()
  patchServer(payload, storage)
  patchPg(payload, storage)
  return { flush: () => payload.flush() }
}

function patchServer(payload: Payload, storage: AsyncLocalStorage<FloorSpan>): void {
  const prototype = Server.prototype as unknown as { emit: Method }
  const original = prototype.emit
  prototype.emit = function (event, req, res) {
    if (event !== 'request') return Reflect.apply(original, this, arguments)
    const span = startRequest(req as IncomingMessage)
    ;(res as ServerResponse).once('close', () => {
      finishRequest(span, req as IncomingMessage, res as ServerResponse)
      span.finish(payload)
    })
    return storage.run(span, () => Reflect.apply(original, this, [event, req, res]))
  }
}

function startRequest({ method = '', url, headers }: IncomingMessage): FloorSpan {
  if (headers['x-datadog-trace-id'] !== undefined || headers.traceparent !== undefined) {
    throw new Error('the floor cannot continue a trace')
  }
  return new FloorSpan(requestKind, undefined, '', {
    'http.method': method,
    'http.url': `http://${headers.host}${url}`,
    'http.useragent': headers['user-agent'] ?? '',
  })
}

function finishRequest(span: FloorSpan, req: IncomingMessage, res: ServerResponse): void {
  const { baseUrl, route } = req as IncomingMessage & {
    baseUrl: string
    route: { path: string }
  }
  const path = baseUrl + route.path
  span.tags['http.route'] = path
  span.tags['http.status_code'] = String(res.statusCode)
  span.resource = `${req.method} ${path}`
  if (res.statusCode >= 500) span.error = 1
}

function patchPg(payload: Payload, storage: AsyncLocalStorage<FloorSpan>): void {
  const { Client, Pool } = require('pg') as {
    Client: { prototype: { query: Method } }
    Pool: { prototype: { connect: Method } }
  }
  const { connect } = Pool.prototype
  // A pool calls a waiting caller in the context of the one that gives a connection back, unless the context is kept.
  Pool.prototype.connect = function (this: unknown, callback) {
    const span = storage.getStore()
    if (span === undefined || typeof callback !== 'function') return Reflect.apply(connect, this, arguments)
    return connect.call(this, (...results: unknown[]) => storage.run(span, callback as Method, ...results))
  }
  const original = Client.prototype.query
  Client.prototype.query = function (this: unknown, text, values, callback) {
    const parent = storage.getStore()
    if (parent === undefined || typeof text !== 'string' || typeof callback !== 'function') {
      return Reflect.apply(original, this, arguments)
    }
    const { connectionParameters, processID } = this as PgClient
    const span = new FloorSpan(queryKind, parent, text, {
      'db.name': connectionParameters.database,
      'db.user': connectionParameters.user,
      'out.host': connectionParameters.host,
      'network.destination.port': connectionParameters.port,
      'db.pid': processID,
    })
    const ended = (error: unknown, result: { rowCount: number }): void => {
      if (error) span.error = 1
      else span.tags['db.row_count'] = result.rowCount
      span.finish(payload)
      storage.run(parent, callback as Method, error, result)
    }
    return original.call(this, text, values, ended)
  }
}
