/** Which version of a package lies in a folder, and whether an integration knows it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const known = new Map<string, string>()

/** Version in the package.json of `folder`; `0.0.0` when there is none to read. */
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
 * As semver with its prereleases. It takes 6 to 12 ms to load, a sixth of the start of a program with express and pg:
 * whether a release lies between two others, as nearly always, needs no more than its numbers.
 */
export function satisfies(version: string, range: string | undefined): boolean {
  if (range === undefined) return true
  return satisfiesIntervals(version, range) ?? satisfiesBySemver(version, range)
}

/** Undefined where only semver can tell. */
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
