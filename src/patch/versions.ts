/** Reads the version of a package from its folder, and compares it with the range of an integration. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const known = new Map<string, string>()

/** Returns the version in the package.json of `folder`; `0.0.0` if it cannot be read. */
export function versionOf(folder: string): string {
  let version = known.get(folder)
  if (version === undefined) {
    version = read(folder)
    known.set(folder, version)
  }
  return version
}

function read(folder: string): string {
  try {
    const content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }
    return typeof content.version === 'string' ? content.version : '0.0.0'
  } catch {
    return '0.0.0'
  }
}

const RELEASE = /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}$/
const INTERVAL = /^>=(\d+(?:\.\d+){0,2})(?: <(\d+(?:\.\d+){0,2}))?$/

/**
 * Returns whether `version` is in `range`, as semver does with prereleases included. semver takes 6 to 12 ms to load, a
 * sixth of the start of a program with express and pg; it is loaded only if plain numbers do not decide.
 */
export function satisfies(version: string, range: string | undefined): boolean {
  if (range === undefined) return true
  return satisfiesIntervals(version, range) ?? satisfiesBySemver(version, range)
}

/**
 * Compares a release with ranges like `>=1.2 <3 || >=4`; undefined for other versions and ranges, which need semver.
 */
function satisfiesIntervals(version: string, range: string): boolean | undefined {
  if (!RELEASE.test(version)) return undefined
  let isWithin = false
  for (const part of range.split(' || ')) {
    const [, from, below] = INTERVAL.exec(part) ?? []
    if (from === undefined) return undefined
    isWithin ||= compare(version, from) >= 0 && (below === undefined || compare(version, below) < 0)
  }
  return isWithin
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map(text => text.split('.').map(Number))
  for (const [at, number] of left.entries()) {
    const difference = number - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function satisfiesBySemver(version: string, range: string): boolean {
  const ask = require('semver/functions/satisfies') as typeof import('semver/functions/satisfies')
  return ask(version, range, { includePrerelease: true })
}
