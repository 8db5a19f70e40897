/** Reads datagrams with the parser of Prometheus' statsd_exporter: a program in Go, compiled on first use. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './programs'

const BUILD_TIMEOUT_MS = 300_000
const SOURCES = join(ROOT, 'test', 'wire', 'statsd-reader')
const PROGRAM = join(ROOT, '.cache', 'go', 'statsd-reader')

export interface ReadLine {
  line: string
  /** One for each value. Timings are in seconds. */
  events: { name: string; value: number; type: string; tags: Record<string, string> }[]
  /** How many complaints there were. */
  errors: number
}

/** Why there is none; false when there is. */
export function missingReader(): string | false {
  try {
    if (!existsSync(PROGRAM)) {
      mkdirSync(join(ROOT, '.cache', 'go'), { recursive: true })
      const options = { cwd: SOURCES, timeout: BUILD_TIMEOUT_MS, stdio: 'pipe' as const }
      execFileSync('go', ['build', '-o', PROGRAM, '.'], options)
    }
    return false
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer }
    return `no statsd_exporter: ${(stderr?.toString() || String(error)).trim().split('\n').at(-1)}`
  }
}

/** Returns what the parser reads in every line of every datagram. */
export function readLines(datagrams: readonly Buffer[]): ReadLine[] {
  const input = datagrams.map(each => `${each.toString('base64')}\n`).join('')
  const output = execFileSync(PROGRAM, { input, maxBuffer: 256 * 1024 * 1024 }).toString()
  return output
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as ReadLine)
}
