/**
 * Runs every compiled test file against real services: `node dist/test/tools/run-tests.js [--only part]
 * [--no-services]`.
 */

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { installLibraries } from '../libraries/install.js'
import { MATRIX_VARIABLE, matrixTable, readMatrix } from '../libraries/matrix.js'
import { integrationsWithSets, type LibrarySet, librarySets } from '../libraries/sets.js'
import { servicesAskedBy } from '../services/asked.js'
import { unavailableVariable } from '../services/find.js'
import { definitionOf, serviceNames } from '../services/registry.js'
import { startServices } from '../services/start.js'
import { compileAddOn } from './add-on.js'

const dist = join(__dirname, '../..')

/** A file that leaves a socket or a timer open would otherwise never end. */
const FILE_TIMEOUT_MS = 300_000

const HELP = `node dist/test/tools/run-tests.js [--only part]... [--no-services]

  --only part      only the test files whose path contains this; may be repeated
  --no-services    start no server; tests that need one are skipped
`

/** Lists test files, because directories and globs mean different things to \`--test\` on Node 20, 22, 24 and 26. */
function findTests(only: string[]): string[] {
  return ['test', 'integrations']
    .flatMap(folder => filesUnder(join(dist, folder)))
    .filter(file => file.endsWith('.test.js'))
    .filter(file => only.length === 0 || only.some(part => relative(dist, file).includes(part)))
    .sort()
}

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => join(folder, name))
  } catch {
    return []
  }
}

/** The packages that the programs of these integrations need. */
function setsOf(files: readonly string[]): LibrarySet[] {
  const folders = new Set(files.map(file => relative(join(dist, 'integrations'), file).split(sep)[0]))
  return integrationsWithSets()
    .filter(name => folders.has(name))
    .flatMap(librarySets)
}

/** Says in the environment that no service is to be had, so that no test starts one by itself. */
function noServices(): Record<string, string> {
  return Object.fromEntries(
    serviceNames.map(name => [unavailableVariable(definitionOf(name)), '--no-services']),
  )
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      'no-services': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const files = findTests(values.only)
  if (files.length === 0) {
    process.stderr.write(`no test file matches ${values.only.join(', ') || dist}\n`)
    return 1
  }

  const progress = (line: string) => process.stdout.write(`${line}\n`)
  const started = values['no-services']
    ? undefined
    : await startServices(servicesAskedBy(files), { progress })
  const matrix = join(mkdtempSync(join(tmpdir(), 'tracer-matrix-')), 'rows')
  try {
    await compileAddOn(progress)
    await installLibraries(setsOf(files), progress)
    const env = { ...process.env, ...(started?.env ?? noServices()), [MATRIX_VARIABLE]: matrix }
    return await runNode(files, env)
  } finally {
    const rows = readMatrix(matrix)
    if (rows.length > 0) process.stdout.write(`\n${matrixTable(rows)}\n`)
    rmSync(dirname(matrix), { recursive: true })
    await started?.stop()
  }
}

/**
 * Runs the files with this Node.js, and returns its exit code. Ctrl-C and SIGTERM end the tests before this process.
 */
function runNode(files: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const concurrency = Math.max(2, Math.min(4, availableParallelism()))
  const flags = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
  ]
  return new Promise(resolve => {
    const child = spawn(process.execPath, [...flags, ...files], { env, stdio: 'inherit' })
    const pass = (signal: NodeJS.Signals) => child.kill(signal)
    process.on('SIGTERM', pass)
    // A terminal sends Ctrl-C to the child as well; this process must not end before the services are stopped.
    process.on('SIGINT', () => {})
    child.on('error', error => {
      process.stderr.write(`${error.message}\n`)
      resolve(1)
    })
    child.on('close', code => resolve(code ?? 1))
  })
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  },
)
