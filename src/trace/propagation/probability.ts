/**
 * Consistent probability sampling: `tracestate` member `ot=rv:<14 hex digits>;th:<1 to 14 hex digits>`, by which tracers of
 * any vendor see at which rate a trace was sampled (https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/).
 *
 * | key | meaning |
 * |---|---|
 * | `rv` | 56 random bits that all services of a trace share: the complement of our hash of the trace id |
 * | `th` | rejection threshold `(1 - rate) * 2^56` without trailing zeros; the trace is kept where `rv >= th` |
 */

import { toHex, type Words } from '../../std/u64'
import { hashOf, keepByHash } from '../sampling/hash'

/** Nothing was decided here: what came from upstream travels on. */
export const INHERITED = -1
/** Decided here, but not by chance (a user, a limiter): no threshold holds any more. */
export const NOT_BY_CHANCE = 0

const DIGITS = 14
/** A member of `tracestate` has at most so many characters after its `=`. */
const MAX_VALUE_LENGTH = 256
/** Members beside Datadog's own and this one. */
const MAX_OTHERS = 30

const words: Words = { hi: 0, lo: 0 }

/** `ot=` stands at `from`. */
export function isOt(text: string, from: number): boolean {
  return (
    text.charCodeAt(from) === 0x6f && text.charCodeAt(from + 1) === 0x74 && text.charCodeAt(from + 2) === 0x3d
  )
}

/** A member that came from upstream, without `rv` and `th` that are not valid; empty when nothing is left of it. */
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
 * The members of other vendors as they travel on from a trace whose sampling was decided at `probability`, a rate in
 * (0, 1]: our member comes first, with the fields of the inherited one that we do not know. `NOT_BY_CHANCE` leaves the
 * inherited `rv`, `INHERITED` all as it is.
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

/** Whole fields only, as many as fit. */
function toMember(fields: readonly string[]): string {
  let value = ''
  for (const field of fields) {
    const next = value === '' ? field : `${value};${field}`
    if (next.length <= MAX_VALUE_LENGTH) value = next
  }
  return value === '' ? '' : `ot=${value}`
}

/** What is worked out of a rate; rates change seldom. The threshold is 32 and 24 bits. */
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
  // The eight bits that are cut off can turn the comparison round; the decision stands, so `rv` gives way.
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

/** 14 digits of 32 and 24 bits. */
function digits(hi: number, lo: number): string {
  return toHex(hi | 0, lo << 8).slice(0, DIGITS)
}
