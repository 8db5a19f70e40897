/** Reads sampling rules: `DD_TRACE_SAMPLING_RULES`, `DD_SPAN_SAMPLING_RULES`, and the options of the same meaning. */

import type { SpanRecord } from '../local-trace'
import { MECHANISM_RULE } from '../priority'
import type { TagValue } from '../site'
import { globMatcher, type Matcher, regExpMatcher } from './matcher'

/** Values of `_dd.p.dm` for rules that came by remote configuration. */
const MECHANISM_REMOTE_USER = 11
const MECHANISM_REMOTE_DYNAMIC = 12

/** Global tags of the tracer (`DD_TAGS`, `env`): every span is sent with these tags, and no span object has any. */
export type GlobalTags = Readonly<Record<string, TagValue>>

/** A parsed rule; a matcher that is undefined matches every span. */
export interface SamplingRule {
  readonly service: Matcher | undefined
  readonly name: Matcher | undefined
  readonly resource: Matcher | undefined
  readonly tags: readonly (readonly [key: string, matcher: Matcher])[]
  /** 0..1 */
  readonly sampleRate: number
  /** Most traces (for span rules: spans) a second that the rule keeps; undefined = no limit for this rule. */
  readonly maxPerSecond: number | undefined
  /** Value of `_dd.p.dm`, the decision maker. */
  readonly mechanism: number
}

/** The result of `parseRules`. */
export interface ParsedRules {
  rules: SamplingRule[]
  /** Messages for the log, one for each rule that was skipped or changed. */
  problems: string[]
}

/**
 * Reads rules from JSON text or a list: `sample_rate`, `service`, `name`, `resource`, `tags`, `max_per_second`,
 * `provenance`, or the same names in camelCase; in code, patterns can be regular expressions. A malformed rule is
 * skipped, so that it does not match more than it was meant to. `defaultRate` replaces a missing rate; without it a
 * rule without rate is skipped.
 *
 * @example parseRules('[{"service": "web-*", "sample_rate": 0.1}]').rules[0].sampleRate // 0.1
 */
export function parseRules(input: unknown, defaultRate?: number): ParsedRules {
  const parsed: ParsedRules = { rules: [], problems: [] }
  let list = input
  if (typeof input === 'string') {
    if (input.trim() === '') return parsed
    try {
      list = JSON.parse(input)
    } catch (error) {
      parsed.problems.push(`sampling rules are not JSON: ${(error as Error).message}`)
      return parsed
    }
  }
  if (list === undefined || list === null) return parsed
  if (!Array.isArray(list)) {
    parsed.problems.push('sampling rules are not a list')
    return parsed
  }
  for (let index = 0; index < list.length; index++) {
    const problem = readRule(list[index], defaultRate, parsed)
    if (problem !== undefined) parsed.problems.push(`sampling rule ${index + 1}: ${problem}`)
  }
  return parsed
}

/** Adds the rule to `parsed` unless it is malformed. Returns what is wrong with it; undefined if nothing is. */
function readRule(entry: unknown, defaultRate: number | undefined, parsed: ParsedRules): string | undefined {
  if (typeof entry !== 'object' || entry === null) return 'not an object, skipped'
  const fields = entry as Record<string, unknown>
  const given = fields.sample_rate ?? fields.sampleRate ?? defaultRate
  const rate = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
  if (typeof rate !== 'number' || Number.isNaN(rate)) return 'sample_rate is missing or not a number, skipped'
  const limit = fields.max_per_second ?? fields.maxPerSecond
  if (limit !== undefined && limit !== null && (typeof limit !== 'number' || Number.isNaN(limit))) {
    return 'max_per_second is not a number, skipped'
  }
  const bad: string[] = []
  const tags: (readonly [string, Matcher])[] = []
  if (typeof fields.tags === 'object' && fields.tags !== null) {
    for (const [key, pattern] of Object.entries(fields.tags)) {
      const matcher = toMatcher(pattern, `tags.${key}`, bad)
      if (matcher !== undefined) tags.push([key, matcher])
    }
  } else if (fields.tags !== undefined && fields.tags !== null) bad.push('tags')
  const rule: SamplingRule = {
    service: toMatcher(fields.service, 'service', bad),
    name: toMatcher(fields.name, 'name', bad),
    resource: toMatcher(fields.resource, 'resource', bad),
    tags,
    sampleRate: Math.min(Math.max(rate, 0), 1),
    maxPerSecond: limit ?? undefined,
    mechanism: mechanismOf(fields.provenance),
  }
  if (bad.length > 0) return `${bad.join(', ')} is not a pattern, skipped`
  parsed.rules.push(rule)
  return rule.sampleRate === rate
    ? undefined
    : `sample_rate ${rate} is not within 0 and 1, taken as ${rule.sampleRate}`
}

function toMatcher(pattern: unknown, field: string, bad: string[]): Matcher | undefined {
  if (pattern === undefined || pattern === null || pattern === '') return undefined
  if (typeof pattern === 'string') return globMatcher(pattern)
  if (pattern instanceof RegExp) return regExpMatcher(pattern)
  bad.push(field)
  return undefined
}

function mechanismOf(provenance: unknown): number {
  if (provenance === 'customer') return MECHANISM_REMOTE_USER
  return provenance === 'dynamic' ? MECHANISM_REMOTE_DYNAMIC : MECHANISM_RULE
}

/** Returns whether every pattern of the rule matches the span. */
export function ruleMatches(rule: SamplingRule, span: SpanRecord, globalTags: GlobalTags): boolean {
  if (rule.service !== undefined && !rule.service(span.service)) return false
  if (rule.name !== undefined && !rule.name(span.name)) return false
  if (rule.resource !== undefined && !rule.resource(span.resource || span.name)) return false
  for (const [key, matcher] of rule.tags) {
    if (!matcher(span.tags[key] ?? span.site.tags[key] ?? globalTags[key])) return false
  }
  return true
}
