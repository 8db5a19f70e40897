/** SQL comments that tie what a database monitor sees to the service, or to the trace, that sent it. */

import type { Config } from '../core/config/resolve'
import type { Span } from '../trace/span'

export type DbmMode = Config['dbmPropagationMode']

const MODES: readonly DbmMode[] = ['disabled', 'service', 'full', 'dynamic_service']

/** Few of these texts exist; an application that names its services at random must not fill the memory. */
const MAX_KNOWN = 500
const known = new Map<string, string>()
let knownFor: Config | undefined

/** The option `dbmPropagationMode` of an integration, or the setting where it is none of the modes. */
export function dbmMode(option: unknown, config: Config): DbmMode {
  return MODES.find(mode => mode === option) ?? config.dbmPropagationMode
}

/**
 * The comment for a statement that `span` is about, with its delimiters; empty when `mode` is `disabled`. In the mode
 * `full` it ends with the `traceparent`, which makes the sampling decision and tags the span; not so for statements
 * that the server or the driver keeps by their text (`isCached`), since another trace would run under this one's name.
 * Keys and their order: integrations, section "DBM comment".
 */
export function dbmComment(span: Span, mode: DbmMode, config: Config, isCached = false): string {
  if (mode === 'disabled') return ''
  const fields = serviceFields(span, config)
  if (mode !== 'full' || isCached) return `/*${fields}*/`
  span.tags['_dd.dbm_trace_injected'] = 'true'
  return `/*${fields},traceparent='${span.toTraceparent()}'*/`
}

function serviceFields(span: Span, config: Config): string {
  if (config !== knownFor) {
    known.clear()
    knownFor = config
  }
  const {
    'peer.service': peer,
    '_dd.peer.service.source': source,
    'db.name': database,
    'out.host': host,
  } = span.tags
  const key = `${span.service}\0${peer}\0${source}\0${database}\0${host}`
  let fields = known.get(key)
  if (fields === undefined) {
    fields = makeFields(span, config)
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(key, fields)
  }
  return fields
}

function makeFields({ tags, service, trace }: Span, config: Config): string {
  const peer = text(tags['peer.service'])
  const source = tags['_dd.peer.service.source']
  const fields =
    field('dddb', text(tags['db.name'])) +
    field(',dddbs', source === undefined || peer === '' ? service : peer) +
    field(',dde', text(config.env)) +
    field(',ddh', text(tags['out.host'])) +
    field(',ddps', trace.runtime.service) +
    field(',ddpv', text(config.version))
  const isGivenByUser = peer !== '' && (source === undefined || source === 'peer.service')
  return isGivenByUser ? fields + field(',ddprs', peer) : fields
}

function field(key: string, value: string): string {
  return `${key}='${encode(value)}'`
}

/** Leaves no quote, slash or asterisk: neither the value nor the comment can end early. */
function encode(value: string): string {
  if (/^[\w\-.~]*$/.test(value)) return value
  return encodeURIComponent(wellFormed(value)).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Half of a surrogate pair, which has no UTF-8, becomes U+FFFD. */
function wellFormed(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
