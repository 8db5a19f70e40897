/** Tags in the form of a line: `key:value` texts that can neither end the line nor become two tags. */

import { tagKey, tagText } from './text'
import type { MetricTags } from './types'

/** Returns clean tags, such as `['route:/users', 'status:200']`; values that cannot be tags are left out. */
export function readTags(tags: MetricTags | undefined): string[] {
  const out: string[] = []
  if (typeof tags !== 'object' || tags === null) return out
  if (Array.isArray(tags)) {
    for (const tag of tags) if (isText(tag) && tag !== '') out.push(tagText(String(tag)))
    return out
  }
  for (const key of Object.keys(tags)) {
    const value: unknown = tags[key as keyof typeof tags]
    if (key === '' || !isText(value)) continue
    out.push(tagText(value === '' ? tagKey(key) : `${tagKey(key)}:${value}`))
  }
  return out
}

/** Returns `base` without the tags whose keys are in `more`, and then `more`. */
export function overrideTags(base: readonly string[], more: readonly string[]): string[] {
  if (more.length === 0) return [...base]
  const keys = new Set(more.map(keyOf))
  return [...base.filter(tag => !keys.has(keyOf(tag))), ...more]
}

/** Returns the field of a line, `|#a:1,b:2`, or an empty text. */
export function tagsField(tags: readonly string[]): string {
  return tags.length === 0 ? '' : `|#${tags.join(',')}`
}

function keyOf(tag: string): string {
  const colon = tag.indexOf(':')
  return colon < 0 ? tag : tag.slice(0, colon)
}

function isText(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  )
}
