/** `node dist/test/tools/fuzz-propagation.js [count] [seed]`: random headers through the propagator, a million by default. */

import { fuzz } from '../unit/trace/propagation/fuzz'

const count = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
const started = performance.now()
const { extracted, nothing } = fuzz(count, seed)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(
  `seed ${seed}: ${count} carriers in ${seconds} s, ${extracted} with a context, ${nothing} without`,
)
