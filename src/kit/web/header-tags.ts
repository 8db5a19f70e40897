/** Configured headers that become tags. */

import type { OutgoingMessage } from 'node:http'
import type { Span } from '../../trace/span'

export interface HeaderTag {
  /** Lower case. */
  header: string
  /** Tag given by the user, or undefined for `http.<request|response>.headers.<header>`. */
  tag: string | undefined
}

/** Reads `header` and `header:tag` entries; entries that are not text are ignored. */
export function headerTags(entries: unknown): readonly HeaderTag[] {
  if (!Array.isArray(entries)) return []
  const tags: HeaderTag[] = []
  for (const entry of entries) {
    if (typeof entry !== 'string') continue
    const colon = entry.lastIndexOf(':')
    const header = (colon < 0 ? entry : entry.slice(0, colon)).trim().toLowerCase()
    const tag = colon < 0 ? '' : entry.slice(colon + 1).trim()
    if (header !== '') tags.push({ header, tag: tag === '' ? undefined : tag })
  }
  return tags
}

/** Tags `span` with those headers that `read` knows. */
export function tagHeaders(
  span: Span,
  tags: readonly HeaderTag[],
  side: 'request' | 'response',
  read: (header: string) => string | number | readonly string[] | undefined,
): void {
  for (const { header, tag } of tags) {
    const value = read(header)
    if (value === undefined) continue
    const text = Array.isArray(value) ? value.join(',') : String(value)
    if (text !== '') span.setTag(tag ?? `http.${side}.headers.${header}`, text)
  }
}

/** A header of a message that we send, also one that was given to `writeHead`, or in a list, and is only in its text. */
export function sentHeader(
  message: OutgoingMessage,
  header: string,
): string | number | readonly string[] | undefined {
  const value = message.getHeader(header)
  if (value !== undefined) return value
  const head = (message as { _header?: unknown })._header
  if (typeof head !== 'string') return undefined
  const at = head.toLowerCase().indexOf(`\r\n${header}: `)
  if (at < 0) return undefined
  const start = at + header.length + 4
  return head.slice(start, head.indexOf('\r\n', start))
}
