/**
 * The kit that every integration may import. What integrations of one kind share is in a folder beside this file, each
 * with an index of its own: `web/index`, `http/index`, `sql/index`, `redis/index`, `messaging/index`, `logs/index` and
 * so on.
 */

export { log } from '../core/log'
export type { ConfiguredSite } from '../patch/state'
export type { PatchTools, Target } from '../patch/types'
export { type AnyFunction, disguise } from '../patch/wrap'
export { getBaggage, runWithBaggage } from '../trace/baggage'
export { activeSpan, bindChannel, runInSpan } from '../trace/context'
export { activePathway, type DataStreams, type Pathway, runWithPathway } from '../trace/data-streams'
export { endSpan, endWithResult } from '../trace/outcome'
export type { RemoteContext } from '../trace/remote-context'
export type { Tags } from '../trace/site'
export type { Span } from '../trace/span'
export { startSpan } from '../trace/start'
export { Caller } from './caller'
export { CommandMark } from './command-mark'
export { type DbmMode, dbmComment, dbmMode } from './dbm'
export { defineIntegration } from './define'
export { type Emitting, wrapEmit } from './emitting'
export { guarded } from './guard'
export { Mark } from './mark'
export { tagPeer } from './peer'
export { perIntegration } from './per-integration'
