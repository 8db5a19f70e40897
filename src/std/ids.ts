/** Random 63-bit span ids as pairs of int32 words, drawn from a pool of cryptographic random bytes. */

import { randomFillSync } from 'node:crypto'

const POOL_IDS = 2048

/** The pool of random ids; `nextId` returns the index of the next one. */
export const idPool = new Int32Array(POOL_IDS * 2)
let at = idPool.length

/**
 * Returns the index into `idPool` of a fresh id: `idPool[i]` its upper word (top bit clear), `idPool[i + 1]` its
 * lower word. Never zero. Two int32 words are small integers in V8: no allocation, where a bigint costs 24 bytes.
 */
export function nextId(): number {
  if (at === idPool.length) {
    randomFillSync(idPool)
    at = 0
  }
  const index = at
  at += 2
  idPool[index] &= 0x7fffffff
  if (idPool[index] === 0 && idPool[index + 1] === 0) idPool[index + 1] = 1
  return index
}
