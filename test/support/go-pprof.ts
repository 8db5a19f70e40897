/** `go tool pprof`, the reference reader of the format. */

import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from './temporary'

const run = promisify(execFile)

/** Why it can't be used here; undefined where it can. */
export function missingGo(): string | undefined {
  try {
    execFileSync('go', ['tool', 'pprof', '-h'], { stdio: 'ignore', timeout: 60_000 })
    return undefined
  } catch (error) {
    const { code, status } = error as { code?: string; status?: number | null }
    // It does not exit with 0 when it is asked for help.
    return code === undefined && typeof status === 'number'
      ? undefined
      : 'no go, whose `go tool pprof` it takes'
  }
}

export interface TopRow {
  flat: number
  cum: number
  name: string
}

/** What `-top` prints of one sample type, in its own unit. Rejects with what it objects to in the file. */
export async function goTop(pprof: Uint8Array, sampleType: string, unit: string): Promise<TopRow[]> {
  const file = join(temporaryFolder('go-pprof-'), 'profile.pprof')
  writeFileSync(file, pprof)
  const options = [`-sample_index=${sampleType}`, `-unit=${unit}`, '-nodecount=100000', '-nodefraction=0']
  const { stdout } = await run('go', ['tool', 'pprof', '-top', '-lines', ...options, file], {
    env: { ...process.env, PPROF_TMPDIR: join(file, '..') },
  })
  const [, table = ''] = stdout.split(/^ +flat +flat% +sum% +cum +cum%\n/m)
  return table
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const [flat, , , cum, , ...name] = line.trim().split(/\s+/)
      return { flat: Number.parseFloat(flat), cum: Number.parseFloat(cum), name: name.join(' ') }
    })
}
