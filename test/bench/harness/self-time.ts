/** Self time by function: CPU profiles, added up over windows. */

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from './question'
import { root } from './root'

const TOP = 25

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  /** µs since the sample before. */
  timeDeltas: number[]
}

/** What the names of a subject's profiles begin with. */
export function profilePrefix(question: string, subject: string): string {
  return `${question}.${subject}.`
}

/** A name for the profile of one window; undefined when none are wanted. */
export function profileFile(
  { profiles }: Settings,
  question: string,
  subject: string,
  generation: number,
  window: number,
): string | undefined {
  if (profiles === undefined) return undefined
  return join(profiles, `${profilePrefix(question, subject)}${generation}-${window}.cpuprofile`)
}

/** The functions that took most, with their share of all time that was not idle, of the profiles named `prefix…`. */
export function selfTimeTable(directory: string, prefix: string): string {
  const times = new Map<string, number>()
  for (const file of readdirSync(directory)) {
    if (file.startsWith(prefix) && file.endsWith('.cpuprofile')) {
      add(JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile, times)
    }
  }
  times.delete('(idle)')
  // The profiler's own start and end.
  for (const name of times.keys()) if (name.startsWith('post  node:inspector')) times.delete(name)
  const total = [...times.values()].reduce((sum, time) => sum + time, 0)
  const sorted = [...times].sort((a, b) => b[1] - a[1]).slice(0, TOP)
  return sorted
    .map(([name, time]) => `${((time * 100) / total).toFixed(1).padStart(6)} %  ${name}`)
    .join('\n')
}

function add({ nodes, samples, timeDeltas }: Profile, times: Map<string, number>): void {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '(unknown)'
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  }
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '') return name
  const file = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url
  return `${name}  ${file}:${lineNumber + 1}`
}
