/**
 * The versions of libraries that an integration is tested with. `integrations/<name>/versions.json` has named sets of
 * versions, at least `oldest` and `newest`. Each set is installed in a folder of its own, where programs find the
 * packages under their usual names.
 *
 * ```json
 * { "oldest": { "koa": "2.0.0", "@koa/router": "8.0.0" }, "newest": { "koa": "3.2.1", "@koa/router": "15.1.0" } }
 * ```
 *
 * A set with `"node": ">=22"` is only for those versions of Node.js.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { compare, gt, major, rcompare, satisfies } from 'semver'

/** Root of the checkout, from dist/test/libraries. */
const ROOT = join(__dirname, '..', '..', '..')
const INTEGRATIONS = join(ROOT, 'integrations')
const CACHE = join(ROOT, '.cache', 'libraries')

/**
 * `{"koa":"2.1.0","@koa/router":"8.0.0"}`: the walk over all versions replaces the sets of an integration by this one.
 */
export const OVERRIDE_VARIABLE = 'TEST_LIBRARY_VERSIONS'

type Versions = Readonly<Record<string, string>>

export interface LibrarySet {
  readonly integration: string
  /** For example `oldest`. */
  readonly name: string
  /** Exact versions by package; the first is the one that the set is about. */
  readonly versions: Versions
  /** Where programs run. */
  readonly folder: string
  /** `koa 2.0.0`, for titles. */
  readonly label: string
  /** Loads a package as a program in the folder does. */
  require(name: string): unknown
}

/** The sets of one integration; none when its folder has no `versions.json`. */
export function librarySets(integration: string): LibrarySet[] {
  const sets = readSets(integration)
  const override = process.env[OVERRIDE_VARIABLE]
  if (override === undefined || sets.newest === undefined) {
    return Object.entries(sets)
      .filter(([, { node = '*' }]) => satisfies(process.versions.node, node))
      .map(([name, versions]) => librarySet(integration, name, withoutNode(versions)))
  }
  return [librarySet(integration, 'chosen', JSON.parse(override) as Versions)]
}

/**
 * `version` of the package that an integration's sets are about, with the other packages of the set that is nearest: of
 * the same major version if there is one, and not newer if there is one. Packages that have its version follow it.
 */
export function versionsWith(integration: string, version: string): Versions {
  const { oldest, ...others } = readSets(integration)
  const [name] = Object.keys(oldest)
  const sets = [oldest, ...Object.values(others)].map(withoutNode).filter(versions => name in versions)
  const majorsAway = (versions: Versions) => Math.abs(major(versions[name]) - major(version))
  const isNewer = (versions: Versions) => gt(versions[name], version)
  const [nearest] = sets.sort(
    (a, b) =>
      majorsAway(a) - majorsAway(b) ||
      Number(isNewer(a)) - Number(isNewer(b)) ||
      (isNewer(a) ? compare(a[name], b[name]) : rcompare(a[name], b[name])),
  )
  const companions = Object.entries(nearest).map(([each, its]) => [
    each,
    its === nearest[name] ? version : its,
  ])
  return Object.fromEntries(companions)
}

/** `4.6.1 – 5.3.0`: the oldest and the newest version of its package that an integration is tested with. */
export function testedRange(integration: string): string {
  const { oldest = {}, newest = {} } = readSets(integration)
  const [from, to] = [oldest, newest].map(versions => Object.values(withoutNode(versions))[0])
  return from === to ? (from ?? '') : `${from} – ${to}`
}

function withoutNode({ node: _node, ...versions }: Versions): Versions {
  return versions
}

/** Every integration that has sets. */
export function integrationsWithSets(): string[] {
  return readdirSync(INTEGRATIONS).filter(name => Object.keys(readSets(name)).length > 0)
}

function readSets(integration: string): Record<string, Versions> {
  try {
    return JSON.parse(readFileSync(join(INTEGRATIONS, integration, 'versions.json'), 'utf8'))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {}
    throw error
  }
}

/** Any packages, for a test that is not of an integration. */
export function librarySet(integration: string, name: string, versions: Versions): LibrarySet {
  const packages = Object.entries(versions)
  // Two sets with the same versions share their folder.
  const folder = join(
    CACHE,
    packages
      .map(([each, version]) => `${each}@${version}`)
      .join('+')
      .replaceAll('/', '-'),
  )
  return {
    integration,
    name,
    versions,
    folder,
    label: packages[0]?.join(' ') ?? integration,
    require: createRequire(join(folder, 'program.js')),
  }
}
