/**
 * Recognises traces that the agent would throw away: if the tracer computes the statistics, these must not be counted.
 *
 * | `/info` | rejects a trace when |
 * |---|---|
 * | `filter_tags.reject` | its root has one of these tags |
 * | `filter_tags.require` | its root lacks one of these tags |
 * | `filter_tags_regex` | as for `filter_tags`, with a regular expression for the value |
 * | `ignore_resources` | one of these expressions fits the resource of its root |
 */

import { log } from '../../core/log'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import type { CommonTags } from '../encode/common-tags'
import type { Offer } from './offer'

/** A regular expression that is matched in time linear in the text. */
interface Expression {
  test(text: string): boolean
}

/** The part of the package `re2js` that is used. */
interface Engine {
  RE2JS: { compile(source: string): Expression }
}

/** A condition on a tag of the root. */
interface TagTest {
  readonly name: string
  fits(value: string): boolean
}

/** The filters of one agent. */
export class TraceFilter {
  readonly #common: CommonTags
  readonly #require: readonly TagTest[]
  readonly #reject: readonly TagTest[]
  readonly #resources: readonly Expression[]
  /** Rejected traces, for their chunks after the one with the root, which has no tags any more then. */
  readonly #rejected = new WeakSet<LocalTrace>()

  constructor(common: CommonTags, { filterTags, filterTagsByRegex, ignoreResources }: Offer) {
    this.#common = common
    this.#require = [...exact(filterTags.require), ...byRegex(filterTagsByRegex.require)]
    this.#reject = [...exact(filterTags.reject), ...byRegex(filterTagsByRegex.reject)]
    this.#resources = ignoreResources.map(expression).filter(each => each !== undefined)
  }

  /** Whether any trace can be rejected. */
  get isActive(): boolean {
    return this.#require.length + this.#reject.length + this.#resources.length > 0
  }

  /** Returns whether this chunk is to be thrown away. */
  rejects(trace: LocalTrace, spans: readonly SpanRecord[]): boolean {
    const { root } = trace
    if (root === undefined) return false
    if (root.durationMs >= 0 && !spans.includes(root)) return this.#rejected.has(trace)
    const isRejected = this.#rejectsRoot(root)
    if (isRejected) this.#rejected.add(trace)
    return isRejected
  }

  #rejectsRoot(root: SpanRecord): boolean {
    const has = (test: TagTest): boolean => {
      const value = this.#textOf(root, test.name)
      return value !== undefined && test.fits(value)
    }
    if (this.#reject.some(has) || !this.#require.every(has)) return true
    const resource = root.resource || root.name
    return this.#resources.some(each => each.test(resource))
  }

  /** Returns the value that a tag has in `meta`, where the agent looks. */
  #textOf(root: SpanRecord, name: string): string | undefined {
    const { meta, version, service } = this.#common
    const value = root.tags[name] ?? root.site.tags[name] ?? meta[name]
    if (value !== undefined) return typeof value === 'string' ? value : undefined
    if (name === 'version' && root.service.toLowerCase() === service.toLowerCase()) return version
    return name === '_dd.origin' ? root.trace.origin : undefined
  }
}

/** Splits `name` or `name:value`. */
function split(tag: string): [name: string, value: string] {
  const at = tag.indexOf(':')
  return at < 0 ? [tag.trim(), ''] : [tag.slice(0, at).trim(), tag.slice(at + 1).trim()]
}

function exact(tags: readonly string[]): TagTest[] {
  return tags.map(tag => {
    const [name, wanted] = split(tag)
    return { name, fits: value => wanted === '' || value === wanted }
  })
}

function byRegex(tags: readonly string[]): TagTest[] {
  const tests: TagTest[] = []
  for (const tag of tags) {
    const [name, source] = split(tag)
    const wanted = expression(source)
    if (wanted !== undefined) tests.push({ name, fits: value => wanted.test(value) })
  }
  return tests
}

/**
 * Returns an expression of the agent, which is written in Go's syntax; undefined if it cannot be read. The engine is
 * RE2's, as in Go: V8 takes seconds for `^GET /(\w+/?)+$` on a resource of 40 characters. It is loaded for the first
 * expression (15 ms), and compares a resource in 0.1 to 6 µs; V8 needs 0.03 to 0.2 µs for harmless expressions.
 */
function expression(source: string): Expression | undefined {
  try {
    return (require('re2js') as Engine).RE2JS.compile(source)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    log.warn(
      `filter ${source}`,
      `the agent filters traces by '${source}', which cannot be read; not used (${reason})`,
    )
    return undefined
  }
}
