/** What a command is called, and what it works on. */

import type { Command, Namespace } from './types'

/** Commands whose first field names a collection; that of others may name a user. */
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

/** The first field of a command is its name. */
export function nameOf(command: Command): string {
  for (const name in command) return name
  return ''
}

/** Whether the driver asks the server how it is. */
export function isHeartbeat(name: string): boolean {
  return HEARTBEATS.has(name)
}

/** `<db>.<collection>`; the driver itself gives many commands the collection `$cmd`. */
export function namespaceOf(db: string, { collection }: Namespace, name: string, command: Command): string {
  if (typeof collection === 'string' && collection !== '' && collection !== '$cmd')
    return `${db}.${collection}`
  const own = name === 'getMore' ? command.collection : OF_COLLECTIONS.has(name) ? command[name] : undefined
  return typeof own === 'string' ? `${db}.${own}` : `${db}.$cmd`
}
