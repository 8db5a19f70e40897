/** Compares spans with the expectations of a test. */

import type { SpanRecord } from '../agent/intake/span'
import { childrenOf, type TestTrace } from './test-trace'

/** An equal value, a pattern for its text, or a function that returns true for an acceptable value. */
export type Matcher<T> = T | RegExp | ((value: T | undefined) => boolean)

/** An expected span; fields that are left out are not compared. */
export interface ExpectedSpan {
  name?: Matcher<string>
  service?: Matcher<string>
  resource?: Matcher<string>
  type?: Matcher<string>
  /** Whether the span is marked as an error. */
  error?: boolean
  /** Tags that must be there; further ones may be. `undefined` as a value means that the tag must be absent. */
  meta?: Record<string, Matcher<string> | undefined>
  metrics?: Record<string, Matcher<number> | undefined>
  /** Exactly these children in any order; `[]` for none. */
  children?: ExpectedSpan[]
}

const FIELDS = ['name', 'service', 'resource', 'type'] as const

/** Returns how `span` differs from what is expected; empty if it does not. Children are not compared. */
export function faultsOf(span: SpanRecord, expected: ExpectedSpan): string[] {
  const faults: string[] = []
  for (const field of FIELDS) check(faults, field, span[field], expected[field])
  if (expected.error !== undefined) check(faults, 'error', span.error !== 0, expected.error)
  for (const [key, wanted] of Object.entries(expected.meta ?? {})) {
    if (wanted === undefined) checkAbsent(faults, `meta[${key}]`, span.meta[key])
    else check(faults, `meta[${key}]`, span.meta[key], wanted)
  }
  for (const [key, wanted] of Object.entries(expected.metrics ?? {})) {
    if (wanted === undefined) checkAbsent(faults, `metrics[${key}]`, span.metrics[key])
    else check(faults, `metrics[${key}]`, span.metrics[key], wanted)
  }
  return faults
}

/** Returns the faults of a span and of everything below it. `path` names the span in the messages. */
export function treeFaults(
  trace: TestTrace,
  span: SpanRecord,
  expected: ExpectedSpan,
  path = span.name,
): string[] {
  const faults = faultsOf(span, expected).map(fault => `${path}: ${fault}`)
  if (expected.children === undefined) return faults
  const children = childrenOf(trace, span)
  if (children.length !== expected.children.length) {
    faults.push(`${path}: expected ${expected.children.length} children, got ${children.length}`)
    return faults
  }
  return faults.concat(pairOff(trace, children, expected.children, path))
}

/**
 * Pairs each expected span with one of `spans`; returns the faults of the closest candidate if that is not possible.
 */
export function pairOff(
  trace: TestTrace,
  spans: SpanRecord[],
  expected: ExpectedSpan[],
  path: string,
): string[] {
  if (expected.length === 0) return []
  const [first, ...others] = expected
  let closest: string[] | undefined
  for (const [index, span] of spans.entries()) {
    let faults = treeFaults(trace, span, first, `${path} > ${span.name}`)
    if (faults.length === 0) {
      // Taking this one may leave another expectation without its only candidate: then try the next.
      faults = pairOff(trace, spans.toSpliced(index, 1), others, path)
      if (faults.length === 0) return []
    }
    if (closest === undefined || faults.length < closest.length) closest = faults
  }
  return closest ?? [`${path}: no span left for ${JSON.stringify(first.name ?? 'an expected span')}`]
}

function check<T>(
  faults: string[],
  what: string,
  actual: T | undefined,
  wanted: Matcher<T> | undefined,
): void {
  if (wanted === undefined) return
  if (wanted instanceof RegExp) {
    if (actual === undefined || !wanted.test(String(actual)))
      faults.push(`${what}: ${show(actual)} does not match ${wanted}`)
  } else if (typeof wanted === 'function') {
    const isMatch = wanted as (value: T | undefined) => boolean
    if (!isMatch(actual))
      faults.push(`${what}: ${show(actual)} was not accepted by ${isMatch.name || 'the function'}`)
  } else if (!Object.is(actual, wanted)) faults.push(`${what}: expected ${show(wanted)}, got ${show(actual)}`)
}

function checkAbsent(faults: string[], what: string, actual: unknown): void {
  if (actual !== undefined) faults.push(`${what}: expected none, got ${show(actual)}`)
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
