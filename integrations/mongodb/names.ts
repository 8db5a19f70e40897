/** Names of commands and of the collections that these work on. */

import type { Command, Namespace } from './types'

/** Commands whose first field names a collection; the first field of others may name a user. */
const OF_COLLECTIONS = new Set([
  'aggregate',
  'collMod',
  'collStats',
  'count',
  'create',
  'createIndexes',
  'delete',
  'distinct',
  'drop',
  'dropIndexes',
  'find',
  'findAndModify',
  'insert',
  'killCursors',
  'listIndexes',
  'mapReduce',
  'update',
])
const HEARTBEATS = new Set(['hello', 'ismaster', 'isMaster'])

/** Returns the name of a command, which is its first field. */
export function nameOf(command: Command): string {
  for (const name in command) return name
  return ''
}

/** Tells whether a command is the driver's check of the server. */
export function isHeartbeat(name: string): boolean {
  return HEARTBEATS.has(name)
}

/** Returns `<db>.<collection>`; the driver itself gives many commands the collection `$cmd`. */
export function namespaceOf(db: string, { collection }: Namespace, name: string, command: Command): string {
  if (typeof collection === 'string' && collection !== '' && collection !== '$cmd')
    return `${db}.${collection}`
  const own = name === 'getMore' ? command.collection : OF_COLLECTIONS.has(name) ? command[name] : undefined
  return typeof own === 'string' ? `${db}.${own}` : `${db}.$cmd`
}
