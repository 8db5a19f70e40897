/**
 * The program of `profiling-pause`: a few hundred functions in files of their own, that call one another along paths
 * which hardly repeat, as deep as those of a service, and a heap that was allocated from many places.
 */

import { Script } from 'node:vm'

const FILES = 40
const FUNCTIONS_A_FILE = 10
const FUNCTIONS = FILES * FUNCTIONS_A_FILE
const LEAST_DEPTH = 40
const DEPTHS = 40
/** 48 MB, of which V8 takes about a hundred samples. */
const KEPT = 3000
const KEPT_LENGTH = 2000
const KEEPING_PATHS = 60

/** `left` calls are still to be made; `state` says which. */
type Step = (left: number, state: number, next: (state: number) => Step, leaf: Leaf) => number
type Leaf = (state: number) => number

const steps: Step[] = Array.from({ length: FILES }, (_, file) => load(file)).flat()
const kept: number[][] = []
let keptNext = 0
/** Whether the turn under way keeps what it makes. */
let isKept = false

/** One turn, about half a millisecond; the same for the same seed. */
export function turn(seed: number): number {
  // As a cache does, once it is full: most is dropped at once, some stays for long. Little of the code fills it.
  isKept = kept.length < KEPT || seed % 10 === 0
  const path = isKept ? Math.floor(seed / 10) % KEEPING_PATHS : seed + KEEPING_PATHS
  const state = advance(Math.imul(path + 1, 0x9e37_79b1))
  return next(state)(LEAST_DEPTH + (state % DEPTHS), state, next, leaf)
}

function next(state: number): Step {
  return steps[state % FUNCTIONS] as Step
}

function leaf(state: number): number {
  const numbers = Array.from({ length: KEPT_LENGTH }, (_, index) => (state ^ Math.imul(index, 40_503)) + 0.5)
  if (isKept) kept[keptNext++ % KEPT] = numbers
  return JSON.stringify(numbers).length
}

function advance(state: number): number {
  const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d)
  return (mixed ^ (mixed >>> 12)) & 0x7fff_ffff
}

/** Functions that differ in name, file and line; no two calls of one come from the same place more often than chance. */
function load(file: number): Step[] {
  const names = Array.from({ length: FUNCTIONS_A_FILE }, (_, index) => `step${file}x${index}`)
  const source = names
    .map(
      name => `function ${name}(left, state, next, leaf) {
  const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
  const following = (mixed ^ (mixed >>> 12)) & 0x7fffffff
  const kept = { ${name}: state, left }
  const answer = left === 0 ? leaf(following) : next(following)(left - 1, following, next, leaf)
  return answer + kept.left
}`,
    )
    .join('\n\n')
  const script = new Script(`${source}\n;[${names.join(', ')}]`, {
    filename: `/srv/app/modules/part-${file}.js`,
  })
  return script.runInThisContext() as Step[]
}
