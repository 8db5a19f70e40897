/**
 * Writes consistent probability sampling: the `tracestate` member `ot=rv:<14 hex digits>;th:<1 to 14 hex digits>`
 * tells tracers of any vendor at which rate a trace was sampled
 * (https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/).
 *
 * | key | meaning |
 * |---|---|
 * | `rv` | 56 random bits that all services of a trace share: the complement of the trace id's hash (hash.ts) |
 * | `th` | rejection threshold `(1 - rate) * 2^56` without trailing zeros; the trace is kept where `rv >= th` |
 */

import { toHex, type Words } from '../../std/u64'
import { hashOf, keepByHash } from '../sampling/hash'

/** Probability of a trace whose sampling this process has not decided: the inherited member is passed on. */
export const INHERITED = -1
/** Probability of a trace that a user or a limiter of this process decided: no threshold is valid any more. */
export const NOT_BY_CHANCE = 0

const DIGITS = 14
/** Longest value of a `tracestate` member, in characters. */
const MAX_VALUE_LENGTH = 256
/** Most members besides Datadog's and `ot`. */
const MAX_OTHERS = 30

const words: Words = { hi: 0, lo: 0 }

/** Returns whether `text` has `ot=` at `from`. */
export function isOt(text: string, from: number): boolean {
  return (
    text.charCodeAt(from) === 0x6f && text.charCodeAt(from + 1) === 0x74 && text.charCodeAt(from + 2) === 0x3d
  )
}

/** Returns an `ot` member from upstream without invalid `rv` and `th`; empty text if no field is left. */
export function withoutInvalid(member: string): string {
  const fields = member.slice(3).split(';')
  const valid = fields.filter(isValid)
  return valid.length === fields.length ? member : toMember(valid)
}

function isValid(field: string): boolean {
  if (field.startsWith('rv:')) return /^[\da-f]{14}$/.test(field.slice(3))
  if (field.startsWith('th:')) return /^[\da-f]{1,14}$/.test(field.slice(3))
  return field !== ''
}

/**
 * Returns the members of other vendors, `others`, as they are passed on from a trace that was sampled at
 * `probability`, a rate in (0, 1]: the `ot` member of this tracer comes first, with all other fields of the inherited
 * one. With `NOT_BY_CHANCE` the inherited `ot` member loses `th` only; with `INHERITED` all members stay as they are.
 */
export function withProbability(
  others: string,
  probability: number,
  traceHi: number,
  traceLo: number,
): string {
  if (probability === INHERITED) return others
  if (others === '') {
    return probability === NOT_BY_CHANCE ? '' : `ot=${ownFields(probability, traceHi, traceLo)}`
  }
  const rest: string[] = []
  let inherited: string[] = []
  for (const member of others.split(',')) {
    if (isOt(member, 0)) inherited = member.slice(3).split(';')
    else if (rest.length < MAX_OTHERS) rest.push(member)
  }
  const fields =
    probability === NOT_BY_CHANCE
      ? inherited.filter(field => !field.startsWith('th:'))
      : [
          ownFields(probability, traceHi, traceLo),
          ...inherited.filter(field => !field.startsWith('th:') && !field.startsWith('rv:')),
        ]
  const member = toMember(fields)
  if (member !== '') rest.unshift(member)
  return rest.join(',')
}

/** Returns the `ot` member with as many whole fields as fit. */
function toMember(fields: readonly string[]): string {
  let value = ''
  for (const field of fields) {
    const next = value === '' ? field : `${value};${field}`
    if (next.length <= MAX_VALUE_LENGTH) value = next
  }
  return value === '' ? '' : `ot=${value}`
}

/**
 * The threshold of the rate that was used last, since rates change seldom: its upper 32 and lower 24 bits, and its
 * text.
 */
let lastRate = 0
let thresholdHi = 0
let thresholdLo = 0
let thresholdText = ''

function learn(rate: number): void {
  const threshold = Math.round((1 - rate) * 2 ** 56)
  thresholdHi = Math.floor(threshold / 2 ** 24)
  thresholdLo = threshold - thresholdHi * 2 ** 24
  thresholdText = `;th:${digits(thresholdHi, thresholdLo).replace(/0+$/, '') || '0'}`
  lastRate = rate
}

function ownFields(rate: number, traceHi: number, traceLo: number): string {
  if (rate !== lastRate) learn(rate)
  hashOf(traceHi, traceLo, words)
  let hi = ~words.hi >>> 0
  let lo = ~words.lo >>> 8
  const reaches = hi > thresholdHi || (hi === thresholdHi && lo >= thresholdLo)
  // The decision compared 64 bits, `rv` has 56. Where these would decide otherwise, `rv` is set to agree with the
  // decision.
  if (reaches !== keepByHash(traceHi, traceLo, rate)) {
    hi = thresholdHi
    lo = thresholdLo
    if (reaches && --lo < 0) {
      hi--
      lo = 0xff_ffff
    }
  }
  return `rv:${digits(hi, lo)}${thresholdText}`
}

/** Returns 14 hex digits: `hi` has 32 bits, `lo` 24. */
function digits(hi: number, lo: number): string {
  return toHex(hi | 0, lo << 8).slice(0, DIGITS)
}
