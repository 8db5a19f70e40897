/** The part of an upload that describes the profiler itself. */

import type { ProfileType } from './types'

/** Version, engine and settings of the profiler. */
export interface ProfilerFacts {
  readonly tracerVersion: string
  readonly activation: 'manual' | 'auto'
  readonly engine: 'native' | 'pprof' | 'inspector'
  readonly types: readonly ProfileType[]
  /** Whether the running span is read out of Node's async context. */
  readonly isContextFrame: boolean
  /** Keys of the application's own labels. */
  readonly labelKeys: readonly string[]
}

/** Returns the text without commas and control characters, for a list of tags. */
export function clean(text: string): string {
  return text.replace(/[,\p{Cc}]+/gu, '_')
}
