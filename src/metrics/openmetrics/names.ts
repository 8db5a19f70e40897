/** Names and labels of the text format: characters that it does not allow become `_`. */

/** Values by label name; the values are text of the application, not escaped yet. */
export type Labels = ReadonlyMap<string, string>

/** Label names that the format or Prometheus reserves. */
const RESERVED = /^(?:__+|(?:le|quantile)$)/

/** Returns the name of a family: `shop.orders` becomes `shop_orders`. */
export function familyName(name: string): string {
  const clean = name.replace(/[^A-Za-z0-9_:]/g, '_')
  return /^[0-9]/.test(clean) ? `_${clean}` : clean
}

/** Returns the label name of a tag key; reserved names get the prefix `tag_`. */
export function labelName(key: string): string {
  const clean = key.replace(/[^A-Za-z0-9_]/g, '_')
  if (RESERVED.test(clean)) return `tag_${clean.replace(/^_+/, '')}`
  return /^[0-9]/.test(clean) ? `_${clean}` : clean
}

/**
 * Returns labels, sorted, from tags (`key:value`, or `key`, whose value is `true`); values of one label are joined.
 */
export function labelsOf(tags: readonly string[]): Labels {
  const labels = new Map<string, string>()
  for (const tag of tags.toSorted()) {
    const colon = tag.indexOf(':')
    const label = labelName(colon < 0 ? tag : tag.slice(0, colon))
    const value = colon < 0 ? 'true' : tag.slice(colon + 1)
    const before = labels.get(label)
    labels.set(label, before === undefined || before === value ? value : `${before},${value}`)
  }
  return labels
}

/** Returns labels as text: `a="1",b="2"`. */
export function labelsText(labels: Iterable<readonly [string, string]>): string {
  return Array.from(labels, ([label, value]) => `${label}="${escaped(value)}"`).join(',')
}

/** Escapes a label's value or a HELP text. A lone surrogate, which is not UTF-8, becomes U+FFFD. */
export function escaped(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
}
