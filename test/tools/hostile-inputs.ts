/**
 * `node dist/test/tools/hostile-inputs.js`: what hostile inputs cost, against plain ones of the same length, in
 * microseconds of one call.
 */

import { costOf, HOSTILE } from '../support/hostile'

for (const each of HOSTILE) {
  const { plain, hostile, ratio } = costOf(each)
  const figures = [plain, hostile, ratio].map(figure => figure.toFixed(2).padStart(12)).join('')
  console.log(`${each.name.slice(0, 36).padEnd(36)}${String(each.hostile.length).padStart(7)}${figures}`)
}
