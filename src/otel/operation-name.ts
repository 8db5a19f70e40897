/**
 * Names the operation of a span by its kind and attributes: by the first row of the table that fits. Values are
 * lower-cased. The span name that the application passed is the resource.
 *
 * | kind | attributes | operation |
 * |---|---|---|
 * | any | `operation.name` | its value |
 * | server, client | `http.request.method` or `http.method` | `http.server.request`, `http.client.request` |
 * | client | `db.system` or `db.system.name` | `<db.system>.query` |
 * | all but internal | `messaging.system`, `messaging.operation` | `<system>.<operation>` |
 * | client | `rpc.system` = `aws-api` | `aws.<rpc.service>.request`, `aws.client.request` |
 * | server, client | `rpc.system` | `<rpc.system>.server.request`, `….client.request` |
 * | client | `faas.invoked_provider`, `faas.invoked_name` | `<provider>.<name>.invoke` |
 * | server | `faas.trigger` | `<trigger>.invoke` |
 * | any | `graphql.operation.type` | `graphql.server.request` |
 * | server, client | `network.protocol.name` | `<protocol>.server.request`, `….client.request` |
 * | server, client | | `server.request`, `client.request` |
 * | others | | the kind |
 */

import type { SpanKind, Tags } from '../trace/site'

/** Attributes that can change the operation name. */
export const NAMING_KEYS: ReadonlySet<string> = new Set([
  'http.request.method',
  'http.method',
  'db.system',
  'db.system.name',
  'messaging.system',
  'messaging.operation',
  'messaging.operation.type',
  'rpc.system',
  'rpc.service',
  'faas.invoked_provider',
  'faas.invoked_name',
  'faas.trigger',
  'graphql.operation.type',
  'network.protocol.name',
])

/** Returns the operation name for a kind and tags. */
export function operationName(kind: SpanKind, tags: Tags): string {
  const twoSided = kind === 'server' || kind === 'client'
  if (twoSided && (text(tags, 'http.request.method') || text(tags, 'http.method'))) {
    return `http.${kind}.request`
  }
  const database = text(tags, 'db.system') || text(tags, 'db.system.name')
  if (kind === 'client' && database) return `${database}.query`
  const messaging = text(tags, 'messaging.system')
  const operation = text(tags, 'messaging.operation') || text(tags, 'messaging.operation.type')
  if (kind !== 'internal' && messaging && operation) return `${messaging}.${operation}`
  const rpc = text(tags, 'rpc.system')
  if (kind === 'client' && rpc === 'aws-api') return `aws.${text(tags, 'rpc.service') || 'client'}.request`
  if (twoSided && rpc) return `${rpc}.${kind}.request`
  const provider = text(tags, 'faas.invoked_provider')
  const invoked = text(tags, 'faas.invoked_name')
  if (kind === 'client' && provider && invoked) return `${provider}.${invoked}.invoke`
  const trigger = text(tags, 'faas.trigger')
  if (kind === 'server' && trigger) return `${trigger}.invoke`
  if (text(tags, 'graphql.operation.type')) return 'graphql.server.request'
  if (!twoSided) return kind
  const protocol = text(tags, 'network.protocol.name')
  return protocol ? `${protocol}.${kind}.request` : `${kind}.request`
}

function text(tags: Tags, key: string): string {
  const value = tags[key]
  return typeof value === 'string' ? value.toLowerCase() : ''
}
