/**
 * Events and service checks, which are a line each.
 *
 *     _e{5,8}:title|the text|d:1760000000|h:host|k:key|p:low|s:source|t:error|#a:1|c:…|card:low   lengths in UTF-8 bytes
 *     _sc|name|0|d:1760000000|h:host|#a:1|c:…|card:low|m:message
 */

import { cutText } from '../std/cut-text'
import { checkName, fieldText, onOneLine, unixSeconds } from './text'
import type { EventOptions, ServiceCheckOptions, ServiceCheckStatus } from './types'

const ALERT_TYPES = ['info', 'success', 'warning', 'error']
const STATUSES = ['ok', 'warning', 'critical', 'unknown']

/**
 * Returns the line of an event; undefined if it has no title, or no room for the text. `tail`: tags, origin,
 * cardinality.
 */
export function eventLine(
  title: string,
  text: string,
  options: EventOptions,
  tail: string,
  limitBytes: number,
): string | undefined {
  if (title === '') return undefined
  const cleanTitle = onOneLine(title)
  const end =
    field('d', unixSeconds(options.timestamp)) +
    field('h', options.hostname) +
    field('k', options.aggregationKey) +
    (options.priority === 'low' || options.priority === 'normal' ? field('p', options.priority) : '') +
    field('s', options.sourceType) +
    (ALERT_TYPES.includes(options.alertType ?? '') ? field('t', options.alertType) : '') +
    tail
  const titleBytes = Buffer.byteLength(cleanTitle)
  const startOf = (textBytes: number) => `_e{${titleBytes},${textBytes}}:${cleanTitle}|`
  // Only the text may be shortened; title, fields and tags identify the event.
  const room = limitBytes - Buffer.byteLength(startOf(limitBytes)) - Buffer.byteLength(end)
  if (room < 0) return undefined
  const cleanText = cutToBytes(onOneLine(text), room)
  return startOf(Buffer.byteLength(cleanText)) + cleanText + end
}

/** Returns the line of a service check; undefined if the status is unknown or the name is empty. */
export function checkLine(
  name: string,
  status: ServiceCheckStatus,
  options: ServiceCheckOptions,
  tail: string,
): string | undefined {
  const code = typeof status === 'string' ? STATUSES.indexOf(status) : status
  if (name === '' || !(code in STATUSES)) return undefined
  const head = `_sc|${checkName(name)}|${code}`
  const message = options.message === undefined ? '' : fieldText(onOneLine(options.message))
  return (
    head +
    field('d', unixSeconds(options.timestamp)) +
    field('h', options.hostname) +
    tail +
    // The agent would take another `m:` for the beginning of the message.
    (message === '' ? '' : `|m:${message.replaceAll('m:', 'm\\:')}`)
  )
}

function field(key: string, value: string | number | undefined): string {
  return value === undefined || value === '' ? '' : `|${key}:${fieldText(String(value))}`
}

function cutToBytes(text: string, limitBytes: number): string {
  if (Buffer.byteLength(text) <= limitBytes) return text
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (Buffer.byteLength(text.slice(0, middle)) <= limitBytes) low = middle
    else high = middle - 1
  }
  return low === 0 ? '' : cutText(text, low)
}
