/**
 * What is said on `POST /v0.7/config`, both ways in JSON. Bytes are base64, and what is empty may be left out.
 *
 * | request | | answer | |
 * |---|---|---|---|
 * | `client.state` | what we hold, and what became of it | `targets` | signed list of all files, `SignedTargets` |
 * | `client.id` | of this client, made at random | `target_files` | those that we do not hold |
 * | `client.products` | `['APM_TRACING']` | `client_configs` | paths of the files that are for us |
 * | `client.client_tracer` | who we are | `roots` | for clients that check signatures; the agent has |
 * | `client.capabilities` | bits, big-endian | | |
 * | `cached_target_files` | files that need not be sent | | |
 *
 * `{}` means: as before.
 */

export const PATH = '/v0.7/config'
export const PRODUCT = 'APM_TRACING'

/** What became of a file. Those of products that we did not ask for stay unacknowledged. */
export const UNACKNOWLEDGED = 1
export const ACKNOWLEDGED = 2
export const FAILED = 3

/** Numbers of bits, the same for all tracers: what of `lib_config` we understand. */
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

export const capabilities = encodeBits(Object.values(CAPABILITIES))

/** A number with these bits set, as base64 of its bytes. */
export function encodeBits(bits: readonly number[]): string {
  let sum = 0n
  for (const bit of bits) sum |= 1n << BigInt(bit)
  const hex = sum.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64')
}
