/**
 * Runs the programs of integrations with the newest version of every minor that they allow, and writes the oldest and
 * the newest that passed into `versions.json` and the README's table:
 * `node dist/test/tools/walk-versions.js [--only integration]... [--limit count]`.
 */

import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { compare, major, minor, prerelease, satisfies } from 'semver'
import type { Integration } from '../../src/patch/types'
import { MATRIX_VARIABLE, type MatrixRow, matrixTable, readMatrix } from '../libraries/matrix'
import { integrationsWithSets, librarySets, OVERRIDE_VARIABLE, versionsWith } from '../libraries/sets'
import { servicesAskedBy } from '../services/asked'
import { startServices } from '../services/start'
import { loadIntegrations, refreshPages } from './generate'

const run = promisify(execFile)
const dist = join(__dirname, '../..')
const MATRIX_TIMEOUT_MS = 300_000

const HELP = `npm run test:versions -- [--only integration]... [--limit count]

  --only integration   only these; may be repeated
  --limit count        at most so many versions of each, spread over the range
`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      limit: { type: 'string', default: '1000' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const integrations = chosen(values.only)
  const started = await startServices(servicesAskedBy(integrations.map(({ name }) => programsOf(name))))
  const folder = mkdtempSync(join(tmpdir(), 'tracer-versions-'))
  const rows: MatrixRow[] = []
  try {
    for (const integration of integrations) {
      const versions = spread(await versionsOf(integration), Number(values.limit))
      for (const version of versions) {
        process.stdout.write(`${integration.name} ${version} …\n`)
        rows.push(
          ...(await tryVersion(integration.name, version, { ...process.env, ...started.env }, folder)),
        )
      }
      writeDown(integration.name, rows)
    }
    refreshPages(loadIntegrations())
  } finally {
    rmSync(folder, { recursive: true })
    await started.stop()
  }
  process.stdout.write(`\n${matrixTable(rows)}\n`)
  return rows.every(row => row.passed) ? 0 : 1
}

function chosen(only: readonly string[]): Integration[] {
  const names = integrationsWithSets()
  return loadIntegrations().filter(
    ({ name }) => names.includes(name) && (only.length === 0 || only.includes(name)),
  )
}

/** The compiled test file that runs the programs of an integration. */
function programsOf(integration: string): string {
  return join(dist, 'integrations', integration, 'programs.test.js')
}

/** The package that the sets of an integration are about. */
function packageOf(integration: string): string {
  return Object.keys(librarySets(integration)[0].versions)[0]
}

/** The newest of each minor that one of the integration's targets allows, oldest first. */
async function versionsOf({ name, targets }: Integration): Promise<string[]> {
  const wanted = packageOf(name)
  const ranges = targets.filter(target => target.module === wanted).map(target => target.versions ?? '*')
  const { stdout } = await run('npm', ['view', wanted, 'versions', '--json'], { maxBuffer: 2 ** 26 })
  const byMinor = new Map<string, string>()
  const allowed = ([JSON.parse(stdout)].flat() as string[])
    .filter(version => prerelease(version) === null && ranges.some(range => satisfies(version, range)))
    .sort(compare)
  for (const version of allowed) byMinor.set(`${major(version)}.${minor(version)}`, version)
  // The very oldest counts too: it is where a range begins.
  return [...new Set([...allowed.slice(0, 1), ...byMinor.values()])]
}

/** First and last always stay. */
function spread(versions: readonly string[], limit: number): string[] {
  if (versions.length <= limit) return [...versions]
  const step = (versions.length - 1) / (limit - 1)
  return Array.from({ length: limit }, (_, at) => versions[Math.round(at * step)])
}

async function tryVersion(
  integration: string,
  version: string,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<MatrixRow[]> {
  const file = join(folder, `${integration}-${version}`)
  const child = spawn(process.execPath, ['--test', programsOf(integration)], {
    env: {
      ...env,
      [MATRIX_VARIABLE]: file,
      [OVERRIDE_VARIABLE]: JSON.stringify(versionsWith(integration, version)),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: MATRIX_TIMEOUT_MS,
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  const rows = readMatrix(file)
  // All skipped: it is not for this Node.js.
  if (rows.length > 0 || code === 0) return rows
  // It could not even be installed.
  const label = `${packageOf(integration)} ${version}`
  return [{ integration, set: 'chosen', label, modules: 'CommonJS', passed: false }]
}

/**
 * The oldest and the newest version that passed are those of `npm test` from now on. One that is there stays unless it
 * failed: this Node.js may be none for it, or `--limit` has left it out.
 */
function writeDown(integration: string, rows: readonly MatrixRow[]): void {
  const name = packageOf(integration)
  const own = rows.filter(row => row.integration === integration)
  const versionOf = ({ label }: MatrixRow): string => label.slice(name.length + 1)
  const failed = new Set(own.filter(row => !row.passed).map(versionOf))
  const passed = own.map(versionOf).filter(version => !failed.has(version))
  const file = join(dist, '..', 'integrations', integration, 'versions.json')
  const sets = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>
  const among = [sets.oldest[name], sets.newest[name], ...passed].filter(version => !failed.has(version))
  if (among.length === 0) return
  const [oldest, ...later] = among.sort(compare)
  const newest = later.at(-1) ?? oldest
  if (oldest === sets.oldest[name] && newest === sets.newest[name]) return
  sets.oldest = { ...sets.oldest, ...versionsWith(integration, oldest) }
  sets.newest = { ...sets.newest, ...versionsWith(integration, newest) }
  writeFileSync(file, `${JSON.stringify(sets, undefined, 2)}\n`)
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  },
)
