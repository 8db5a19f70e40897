/**
 * The protocol of `POST /v0.7/config`, JSON in both directions. Bytes are base64, and empty fields may be left out.
 *
 * | request | | answer | |
 * |---|---|---|---|
 * | `client.state` | files that the tracer holds, and their states | `targets` | signed list of all files, `SignedTargets` |
 * | `client.id` | random id of this client | `target_files` | files that the tracer does not hold |
 * | `client.products` | `['APM_TRACING']` | `client_configs` | paths of the files for this tracer |
 * | `client.client_tracer` | identity of this process | `roots` | for clients that check signatures; the agent has done it |
 * | `client.capabilities` | bits, big-endian | | |
 * | `cached_target_files` | files that need not be sent | | |
 *
 * The answer `{}` means: nothing has changed.
 */

/** Path of the requests. */
export const PATH = '/v0.7/config'
/** The only product that this tracer asks for. */
export const PRODUCT = 'APM_TRACING'

/** States of a file. Files of products that the tracer did not ask for stay unacknowledged. */
export const UNACKNOWLEDGED = 1
/** State of a file that is in use, or is for another service. */
export const ACKNOWLEDGED = 2
/** State of a file that cannot be used. */
export const FAILED = 3

/** Bit numbers, equal for all tracers, of the fields of `lib_config` that this tracer understands. */
const CAPABILITIES = {
  sampleRate: 12,
  logInjection: 13,
  headerTags: 14,
  tags: 15,
  enabled: 19,
  samplingRules: 29,
  /** Several files at a time, the most specific one first. */
  multipleFiles: 45,
}

/** The value of `client.capabilities`. */
export const capabilities = encodeBits(Object.values(CAPABILITIES))

/** Returns a number with these bits set, as base64 of its bytes. */
export function encodeBits(bits: readonly number[]): string {
  let sum = 0n
  for (const bit of bits) sum |= 1n << BigInt(bit)
  const hex = sum.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64')
}
