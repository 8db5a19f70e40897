import assert from 'node:assert/strict'
import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../../support/programs'
import { temporaryFolder } from '../../support/temporary'

const BUILD = join(ROOT, 'native', 'build.cjs')
const NO_COMPILER = join(ROOT, 'there-is-no-such-compiler')

function build(args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [BUILD, ...args], { encoding: 'utf8', env: { ...process.env, ...env } })
}

/** Makes a compiler that prints an error and fails. */
function brokenCompiler(): string {
  const file = join(temporaryFolder('tracer-compiler-'), 'c++')
  writeFileSync(file, '#!/bin/sh\necho "a.cc:1:1: error: meant" >&2\nexit 1\n')
  chmodSync(file, 0o755)
  return file
}

/** Makes a Node with the headers of another ABI beside it. */
function nodeWithHeadersOf(abi: string): string {
  const folder = temporaryFolder('tracer-node-')
  const headers = join(folder, 'include', 'node')
  mkdirSync(headers, { recursive: true })
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(headers, 'node_api.h'), '')
  writeFileSync(join(headers, 'node_version.h'), `#define NODE_MODULE_VERSION ${abi}\n`)
  const node = join(folder, 'bin', 'node')
  writeFileSync(node, `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} "$@"\n`)
  chmodSync(node, 0o755)
  return node
}

test('leaves a binary alone that is up to date', () => {
  execFileSync(process.execPath, [BUILD, '--strict'])
  const again = build([], { CXX: NO_COMPILER })
  assert.match(again.stdout, /^profiler for Node\.js [\d.]+ \(\w+-\w+, abi \d+\): up to date\n$/)
  assert.deepEqual([again.status, again.stderr], [0, ''])
})

test('reports a missing compiler in one line, and fails only with --strict', () => {
  const out = temporaryFolder('tracer-native-')
  const env = { CXX: NO_COMPILER, CI: undefined }
  const { status, stdout, stderr } = build(['--out', out], env)
  assert.deepEqual([status, stdout], [0, ''])
  assert.match(stderr, /^profiler for Node\.js .*: not compiled, no compiler: \S+ is not installed\n$/)
  assert.equal(build(['--out', out], { ...env, CI: 'true' }).status, 0)
  assert.equal(build(['--out', out, '--strict'], env).status, 1)
})

test('reports a compiler error in one line, and fails if CI is set', () => {
  const out = temporaryFolder('tracer-native-')
  const env = { CXX: brokenCompiler(), CI: undefined }
  const { status, stderr } = build(['--out', out], env)
  assert.equal(status, 0)
  assert.match(stderr, /^profiler for Node\.js .*: not compiled, a\.cc:1:1: error: meant\n$/)
  assert.equal(build(['--out', out], { ...env, CI: 'true' }).status, 1)
})

test('refuses headers of another ABI', () => {
  const out = temporaryFolder('tracer-native-')
  const { status, stderr } = build(['--out', out, '--strict', nodeWithHeadersOf('93')])
  assert.match(stderr, /not compiled, the headers at \S+ are those of abi 93\n$/)
  assert.equal(status, 1)
  assert.ok(!existsSync(join(out, `${process.platform}-${process.arch}`)))
})

test('prints the help after an unknown option', () => {
  const { status, stderr } = build(['--everything'])
  assert.equal(status, 1)
  assert.match(stderr, /^Unknown option '--everything'/)
  assert.match(stderr, /--all +compile for every ABI/)
  assert.match(build(['--help']).stdout, /--strict/)
})
