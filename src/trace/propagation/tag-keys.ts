/** Spells the names of propagated tags for the headers. */

import { isName } from './characters'

/** Prefix of all propagated tags. */
export const TAG_PREFIX = '_dd.p.'

/** The name of one propagated tag in both headers. */
export interface TagKey {
  /** `_dd.p.dm=` for `x-datadog-tags`; empty if the name cannot be sent. */
  readonly datadog: string
  /** `;t.dm:` for `tracestate`; empty if the tag is not sent there. */
  readonly state: string
}

/**
 * Most names whose spelling is kept. A few names come with every trace; a caller must not fill the memory with
 * others.
 */
const MAX_KNOWN = 64
const known = new Map<string, TagKey>()

/** Returns the spellings of the tag `name`. */
export function tagKey(name: string): TagKey {
  let key = known.get(name)
  if (key !== undefined) return key
  key = toTagKey(name)
  if (known.size < MAX_KNOWN && name.length < MAX_KNOWN) known.set(name, key)
  return key
}

function toTagKey(name: string): TagKey {
  // The upper half of the trace id is not kept as a tag: `_dd.p.tid` is written from the id itself.
  if (!name.startsWith(TAG_PREFIX) || name.length === TAG_PREFIX.length || name === '_dd.p.tid') {
    return { datadog: '', state: '' }
  }
  const isSendable = isName(name, TAG_PREFIX.length, name.length) && !name.includes('=')
  // Separators of the `dd` member and of the list, and what is not printable, become `_`.
  const state = name.slice(TAG_PREFIX.length).replace(/[^\x21-\x2b\x2d-\x39\x3c\x3e-\x7e]/g, '_')
  return { datadog: isSendable ? `${name}=` : '', state: `;t.${state}:` }
}
