/** Finds the services that test files ask for, so that a run of some files starts no other service. */

import { readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { type ServiceName, serviceNames } from './registry.js'

/** The compiled `test/`: what tests share is in there. */
const SHARED = join(__dirname, '..') + sep
/** This folder, which names all services, and whose tests start their own. */
const OWN = __dirname + sep

/**
 * Returns the services that these compiled files, or what they share, name where they ask for one: with `withService`
 * or as the `service` of programs. Rather too many than too few: a test whose service was missed has to start its own.
 */
export function servicesAskedBy(files: readonly string[]): ServiceName[] {
  const texts: string[] = []
  const seen = new Set(files)
  // Iteration of a set includes entries that are added meanwhile.
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
