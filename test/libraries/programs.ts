/** Whole programs of an integration, with each set of its libraries, in CommonJS and as ES modules. */

import assert from 'node:assert/strict'
import { appendFileSync, cpSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { before, describe, type TestContext, test } from 'node:test'
import { satisfies } from 'semver'
import { type SpanRecord, startTestAgent } from '../../src/testing/index'
import type { ServiceName } from '../services/registry'
import { withService } from '../services/service'
import { byStart, type Ended, INIT, REGISTER, ROOT, runNode } from '../support/programs'
import { installLibraries } from './install'
import { MATRIX_VARIABLE, type MatrixRow } from './matrix'
import { type LibrarySet, librarySets } from './sets'

export interface ProgramOptions {
  /** The server that the programs talk to; its address is in their environment, as in that of tests. */
  service?: ServiceName
  env?: Readonly<Record<string, string>>
  /** Files of other integrations, below `integrations/`, that the programs require beside their own. */
  shared?: readonly string[]
  /** What the tracer must have seen, in the order in which it began. */
  check(spans: readonly SpanRecord[], set: LibrarySet): void
}

/**
 * Runs `integrations/<name>/fixtures/app.cjs` and `app.mjs` with and without the tracer: they must print the same, end
 * alike, and be seen as `check` says.
 */
export function programs(integration: string, options: ProgramOptions): void {
  for (const set of librarySets(integration)) {
    describe(set.label, () => {
      before(() => installLibraries([set]))
      for (const modules of ['CommonJS', 'ES modules'] as const) {
        test(`${modules}: the same output with and without the tracer, and its spans`, async t => {
          const row = { integration, set: set.name, label: set.label, modules }
          const needed = nodeOf(set)
          if (!satisfies(process.versions.node, needed))
            return t.skip(`${set.label} is for Node.js ${needed}`)
          const address = await addressOf(t, options.service)
          if (address === undefined) return
          let passed = false
          try {
            await runBoth(set, modules, { ...options, env: { ...options.env, ...address } })
            passed = true
          } finally {
            record({ ...row, passed })
          }
        })
      }
    })
  }
}

/** The versions of Node.js that the package is made for. */
function nodeOf({ folder, versions }: LibrarySet): string {
  const file = join(folder, 'node_modules', Object.keys(versions)[0], 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { engines?: { node?: string } }).engines?.node ?? '*'
}

/** Where the service is, for the environment of programs; undefined, and the test skipped, when there is none. */
async function addressOf(
  t: TestContext,
  name: ServiceName | undefined,
): Promise<Record<string, string> | undefined> {
  if (name === undefined) return {}
  let env: Record<string, string> | undefined
  await withService(name, (_t, { url }) => {
    env = { SERVICE_URL: url }
  })(t)
  return env
}

async function runBoth(
  set: LibrarySet,
  modules: MatrixRow['modules'],
  options: ProgramOptions,
): Promise<void> {
  const folder = join(set.folder, 'fixtures')
  cpSync(join(ROOT, 'integrations', set.integration, 'fixtures'), folder, { recursive: true })
  for (const file of options.shared ?? [])
    cpSync(join(ROOT, 'integrations', file), join(folder, basename(file)))
  const [flags, file] =
    modules === 'CommonJS' ? [['--require', INIT], 'app.cjs'] : [['--import', REGISTER], 'app.mjs']
  const program = join(folder, file)
  const agent = await startTestAgent()
  try {
    const plain = await runNode([program], options.env)
    const traced = await runNode([...flags, program], { ...agent.env, DD_SERVICE: 'shop', ...options.env })
    assert.equal(plain.code, 0, plain.stderr)
    assert.deepEqual(withoutPid(traced), withoutPid(plain))
    // A program that has ended has sent all.
    const spans = [...agent.spans()].sort(byStart)
    options.check(spans, set)
  } finally {
    await agent.close()
  }
}

/** Node names the process in its warnings. */
export function withoutPid(ended: Ended): Ended {
  return { ...ended, stderr: ended.stderr.replace(/\(node:\d+\)/g, '(node)') }
}

function record(row: MatrixRow): void {
  const file = process.env[MATRIX_VARIABLE]
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`)
}
