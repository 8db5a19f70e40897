/** Names and labels as the text format has them: what it does not know becomes `_`. */

/** Their value is text of the application's. */
export type Labels = ReadonlyMap<string, string>

/** Begin of a name that is kept for others, by the format or by Prometheus. */
const RESERVED = /^(?:__+|(?:le|quantile)$)/

/** Of a family: `shop.orders` is `shop_orders`. */
export function familyName(name: string): string {
  const clean = name.replace(/[^A-Za-z0-9_:]/g, '_')
  return /^[0-9]/.test(clean) ? `_${clean}` : clean
}

export function labelName(key: string): string {
  const clean = key.replace(/[^A-Za-z0-9_]/g, '_')
  if (RESERVED.test(clean)) return `tag_${clean.replace(/^_+/, '')}`
  return /^[0-9]/.test(clean) ? `_${clean}` : clean
}

/** Tags (`key:value`, or `key`, which is true) by label, sorted; values of one label are a list. */
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

/** `a="1",b="2"` */
export function labelsText(labels: Iterable<readonly [string, string]>): string {
  return Array.from(labels, ([label, value]) => `${label}="${escaped(value)}"`).join(',')
}

/** Of a label's value or of a HELP text. Halves of pairs are no UTF-8. */
export function escaped(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
}
