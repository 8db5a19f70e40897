import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readProfile, sumOf } from '../support/profiles'
import { fixture, runNode } from '../support/programs'

const NAMES = ['heavy', 'light', 'sleeps'] as const
/** Turns of 200 ms of CPU and 80 ms of sleep: 10 seconds on an idle machine. */
const TURNS = 35

type Truth = Record<(typeof NAMES)[number], { cpuMs: number; wallMs: number }>

const percent = (part: number, whole: number) => (100 * part) / whole

test('CPU and wall time at 99 Hz are attributed to the functions that spent them', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'tracer-split-')), 'wall.pprof')
  const { code, stdout, stderr } = await runNode([fixture('split.cjs'), file, String(TURNS)], {}, 280_000)
  assert.equal(code, 0, stderr)
  const truth = JSON.parse(stdout) as Truth
  const samples = readProfile(await readFile(file))
  for (const [type, key] of [
    ['cpu', 'cpuMs'],
    ['wall', 'wallMs'],
  ] as const) {
    const seen = NAMES.map(name => sumOf(samples, type, name) / 1e6)
    const real = NAMES.map(name => truth[name][key])
    const [allSeen, allReal] = [seen, real].map(each => each.reduce((sum, value) => sum + value, 0))
    for (const [at, name] of NAMES.entries()) {
      const [is, was] = [percent(seen[at], allSeen), percent(real[at], allReal)]
      console.log(`${type} of ${name}: ${is.toFixed(1)} %, truth ${was.toFixed(1)} %`)
      // 3 points were measured on an idle machine.
      assert.ok(Math.abs(is - was) <= 6, `${type} of ${name}: ${is} % is not ${was} %`)
    }
    // The truth includes V8's own threads, for compilation and garbage collection.
    assert.ok(Math.abs(percent(allSeen, allReal) - 100) <= 15, `${type}: ${allSeen} ms of ${allReal} ms`)
  }
})
