/** Headers that become tags, as configured. */

import type { OutgoingMessage } from 'node:http'
import type { Span } from '../../trace/span'

/** A header that is recorded as a tag. */
export interface HeaderTag {
  /** Name of the header in lower case. */
  header: string
  /** Name of the tag as the user gave it; undefined = `http.<request|response>.headers.<header>`. */
  tag: string | undefined
}

/** Parses entries `header` and `header:tag`; entries that are not text are ignored. */
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

/** Tags `span` with the headers for which `read` returns a value. */
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

/**
 * Returns a header of an outgoing message, also one that was given to `writeHead` or as a list, and is only in the text
 * of the head.
 */
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
