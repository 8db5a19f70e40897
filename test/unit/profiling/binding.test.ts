import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { buildSync } from 'esbuild'
import { loadBinding } from '../../../src/profiling/binding'
import { ROOT, runNode } from '../../support/programs'
import { temporaryFolder } from '../../support/temporary'

const PREBUILDS = join(ROOT, 'native', 'prebuilds', `${process.platform}-${process.arch}`)
const own = (require('node-gyp-build') as { resolve(folder: string): string }).resolve(join(ROOT, 'native'))

/** Makes a folder like `native/`, with one binary for this Node. */
function folderWith(write: (file: string) => void): string {
  const folder = temporaryFolder('tracer-native-')
  const binaries = join(folder, 'prebuilds', basename(PREBUILDS))
  mkdirSync(binaries, { recursive: true })
  write(join(binaries, basename(own)))
  return folder
}

/** Loads the folder's add-on in another process, which may crash, and returns the result in words. */
async function loadElsewhere(folder: string): Promise<string> {
  const code = `const { loadBinding } = require(${JSON.stringify(require.resolve('../../../src/profiling/binding'))})
    const loaded = loadBinding(${JSON.stringify(folder)})
    process.stdout.write(typeof loaded === 'string' ? loaded : 'loads')`
  const ended = await runNode(['-e', code])
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr)
  return ended.stdout
}

test('loads the build for this Node', async () => {
  assert.equal(typeof loadBinding(), 'object')
  assert.equal(await loadElsewhere(folderWith(file => copyFileSync(own, file))), 'loads')
})

test('returns in words that there is no build, and how to make one', () => {
  const folder = temporaryFolder('tracer-native-')
  const { platform, arch, versions } = process
  assert.equal(
    loadBinding(folder),
    `no build of the profiler for ${platform}-${arch}, abi ${versions.modules}; \`node ${folder}/build.cjs\` makes one`,
  )
})

test('reports a damaged build', async () => {
  const empty = await loadElsewhere(folderWith(file => writeFileSync(file, '')))
  assert.match(empty, /^the profiler's add-on does not load: .*file too short/)
  const garbage = await loadElsewhere(
    folderWith(file => writeFileSync(file, Buffer.alloc(100_000, 'tracer'))),
  )
  assert.match(garbage, /^the profiler's add-on does not load: .*invalid ELF header/)
})

test('reports a build of another Node under the name of this one', async t => {
  const foreign = readdirSync(PREBUILDS).find(name => name.endsWith('.node') && name !== basename(own))
  if (foreign === undefined) return t.skip('there is no other build: node native/build.cjs --all')
  const said = await loadElsewhere(folderWith(file => copyFileSync(join(PREBUILDS, foreign), file)))
  assert.equal(said, "the profiler's add-on does not load: it was compiled for another Node.js")
})

test('reports a missing add-on when bundled away from its package', async () => {
  const folder = temporaryFolder('tracer-bundled-')
  const outfile = join(folder, 'app.js')
  buildSync({
    entryPoints: [require.resolve('../../../src/profiling/binding')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  })
  const ended = await runNode(['-p', `require(${JSON.stringify(outfile)}).loadBinding()`])
  assert.equal(
    ended.stdout,
    `the profiler's add-on is not beside its code: there is no folder native above ${dirname(outfile)}\n`,
    ended.stderr,
  )
})
