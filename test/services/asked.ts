/** Which services test files ask for, so that a run of some starts no other. */

import { readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { type ServiceName, serviceNames } from './registry.js'

/** The compiled `test/`: what tests share is in there. */
const SHARED = join(__dirname, '..') + sep
/** It names all services, and its tests start their own. */
const OWN = __dirname + sep

/**
 * The services that these compiled files, or what they share, name where they ask for one: with `withService` or as the
 * `service` of programs. Too many rather than too few: a test whose service was missed has to start its own.
 */
export function servicesAskedBy(files: readonly string[]): ServiceName[] {
  const texts: string[] = []
  const seen = new Set(files)
  // A set hands out what is added while it is walked.
  for (const file of seen) {
    const text = readFileSync(file, 'utf8')
    if (!file.startsWith(OWN) && /\bwithService\b|\bservice:/.test(text)) texts.push(text)
    for (const [, path = ''] of text.matchAll(/require\("(\.[^"]*)"\)/g)) {
      const required = `${resolve(dirname(file), path).replace(/\.js$/, '')}.js`
      if (required.startsWith(SHARED) && !required.startsWith(OWN)) seen.add(required)
    }
  }
  return serviceNames.filter(name => texts.some(text => new RegExp(`['"]${name}['"]`).test(text)))
}
