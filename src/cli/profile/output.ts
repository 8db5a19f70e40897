/** Writes the profile's file and prints a summary. */

import { accessSync, constants, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { formatAmount } from '../amount'
import { formatDuration } from '../duration'
import { CommandError } from '../usage'
import { mergeProfiles, type ProfilePart } from './merge'
import type { ProfiledType } from './settings'

/** Throws a `CommandError` if the file cannot be written, so that this shows before a long profile and not after it. */
export function checkPath(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${error instanceof Error ? error.message : error}`)
  }
}

/** Writes the merged parts. Throws a `CommandError` if the file cannot be written or no part has this type. */
export function writeProfile(path: string, type: ProfiledType, parts: readonly ProfilePart[]): void {
  const { pprof, stacks, seconds, total, unit, types } = mergeProfiles(
    parts,
    type === 'space' ? 'inuse_space' : type,
  )
  if (total === undefined)
    throw new CommandError(`no ${type} was measured: the profiler has no add-on for this Node.js`)
  try {
    writeFileSync(path, gzipSync(pprof))
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${error instanceof Error ? error.message : error}`)
  }
  const lacks = type === 'wall' && !types.includes('cpu') ? ', without CPU time' : ''
  const length = type === 'space' ? '' : `, over ${formatDuration(seconds * 1000)}`
  process.stderr.write(
    `tracer: wrote ${path}: ${formatAmount(total, unit)} of ${type} in ${stacks.toLocaleString('en-US')} stacks${length}${lacks}\n`,
  )
}
