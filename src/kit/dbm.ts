/** SQL comments that tie what a database monitor sees to the service, or to the trace, that sent it. */

import type { Config } from '../core/config/resolve'
import type { Span } from '../trace/span'

/** How much the comments say: nothing, the service, or the trace as well. */
export type DbmMode = Config['dbmPropagationMode']

const MODES: readonly DbmMode[] = ['disabled', 'service', 'full', 'dynamic_service']

/** Bound on cached comment texts. An application has few; one that makes up service names must not fill the memory. */
const MAX_KNOWN = 500
const known = new Map<string, string>()
let knownFor: Config | undefined

/**
 * Returns the option `dbmPropagationMode` of an integration; the setting of that name if the option is no valid mode.
 */
export function dbmMode(option: unknown, config: Config): DbmMode {
  return MODES.find(mode => mode === option) ?? config.dbmPropagationMode
}

/**
 * Returns the comment, with its delimiters, for the statement of `span`; empty when `mode` is `disabled`. In the mode
 * `full` the comment ends with the `traceparent`, which makes the sampling decision and tags the span. Statements that
 * the server or the driver caches by their text (`isCached`) get no `traceparent`, since executions in other traces
 * would carry it too. Keys and their order: integrations, section "DBM comment".
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

/** Percent-encodes `value`. No quote, slash or asterisk is left, so neither the value nor the comment can end early. */
function encode(value: string): string {
  if (/^[\w\-.~]*$/.test(value)) return value
  return encodeURIComponent(wellFormed(value)).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Replaces each unpaired surrogate, which has no UTF-8, by U+FFFD. */
function wellFormed(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
