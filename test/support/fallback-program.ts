/** A program that profiles itself without the add-on, and prints its profiles. */

import { fallbackSamplers } from '../../src/profiling/fallback'
import type { InspectorOptions } from '../../src/profiling/inspector-engine'
import type { ProfileType } from '../../src/profiling/types'
import { burn } from './profiled'

export interface FallbackReport {
  /** Name of the engine, or the reason why there is none. */
  name: string
  /** Names of the samplers that started. */
  started: boolean[]
  /** pprof in base64 of two windows, by type. */
  first: Partial<Record<ProfileType, string>>
  second: Partial<Record<ProfileType, string>>
}

export const fallbackOptions = (timeline = false): InspectorOptions => ({
  types: new Set<ProfileType>(['wall', 'space']),
  wall: { intervalUs: 1000, timeline },
  space: { intervalBytes: 16_384, depth: 64 },
})

const kept: number[][] = []

function heavy(): void {
  burn(70)
}
function light(): void {
  burn(30)
}
/** 4,144 bytes each. */
function leak(count: number): void {
  for (let at = 0; at < count; at++) kept.push(new Array(512).fill(0.5))
}

export async function profileYourself(options = fallbackOptions()): Promise<FallbackReport> {
  const fallback = fallbackSamplers(options)
  if (typeof fallback === 'string') return { name: fallback, started: [], first: {}, second: {} }
  const { name, samplers } = fallback
  const started = samplers.map(sampler => sampler.start())
  const take = async (again: boolean): Promise<FallbackReport['first']> => {
    const files: FallbackReport['first'] = {}
    for (const sampler of samplers) {
      const bytes = await sampler.take(again)
      if (bytes !== undefined) files[sampler.type] = Buffer.from(bytes).toString('base64')
    }
    return files
  }
  for (let turn = 0; turn < 10; turn++) {
    heavy()
    light()
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  leak(5000)
  const first = await take(true)
  heavy()
  const second = await take(false)
  return { name, started, first, second }
}
