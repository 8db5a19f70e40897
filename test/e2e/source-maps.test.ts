/** Profiles of compiled programs, built and started as users do, show the lines of their sources. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { SourceMaps } from '../../src/profiling/source-maps'
import { decodeFrames } from '../support/frames'
import { ROOT, runNode } from '../support/programs'
import { temporaryFolder } from '../support/temporary'

const folder = temporaryFolder('mapped-programs-')
const SOURCE = `interface Order { milliseconds: number }

abstract class Shop {
  static open = 1
  /** Busy. */
  async sell(order: Order): Promise<number> {
    return burn(order)
  }
}
class Bakery extends Shop {}

enum Size { Small = 100 }

const burn = (order: Order): number => {
  let turns = 0
  const spent = (): number => (globalThis as any).process.cpuUsage().user / 1000
  for (const end = spent() + order.milliseconds; spent() < end; ) for (let i = 0; i < 1e5; i++) turns++
  return turns
}
export const sold = new Bakery().sell({ milliseconds: Size.Small })
`
const NAMES = ['burn', 'sell']

/** Writes the program into a folder of its own and returns the folder. */
function program(name: string): string {
  const own = join(folder, name)
  mkdirSync(own)
  writeFileSync(join(own, 'shop.ts'), SOURCE)
  writeFileSync(join(own, 'package.json'), '{"type":"commonjs"}')
  return own
}

/** Profiles the program and returns `name file:line` of the frames of its own functions. */
async function profiled(file: string, flags: readonly string[] = []): Promise<string[]> {
  const code = `
    const { Session } = require('inspector')
    const { encodeWall } = require(${JSON.stringify(join(ROOT, 'dist', 'src', 'profiling', 'inspector', 'cpu-profile.js'))})
    const session = new Session()
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.start')
    import(${JSON.stringify(pathToFileURL(file).href)}).then(() => new Promise(setImmediate)).then(() =>
      session.post('Profiler.stop', async (error, { profile }) => {
        const pprof = await encodeWall(profile, { intervalUs: 1000, timeline: false, endMs: Date.now() })
        process.stdout.write(Buffer.from(pprof).toString('base64'))
      }))`
  const ended = await runNode([...flags, '-e', code])
  assert.equal(ended.code, 0, ended.stderr)
  const { stacks, comments } = decodeFrames(await new SourceMaps().map(Buffer.from(ended.stdout, 'base64')))
  assert.deepEqual(comments, [])
  const frames = stacks.flat().filter(frame => frame.file.startsWith(folder))
  return [...new Set(frames.map(({ name, file, line }) => `${name} ${file}:${line}`))]
}

function has(frames: readonly string[], source: string): void {
  const expected = NAMES.map(name => {
    const line = SOURCE.split('\n').findIndex(
      text => text.includes(`${name}(order:`) || text.includes(`${name} = (`),
    )
    return `${name} ${source}:${line + 1}`
  })
  for (const each of expected) assert.ok(frames.includes(each), `${each} is not in\n${frames.join('\n')}`)
}

function compile(own: string, flags: readonly string[]): string {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['--ignoreConfig', '--target', 'es2017', '--rootDir', own, '--outDir', join(own, 'built')]
  execFileSync(process.execPath, [compiler, join(own, 'shop.ts'), ...options, ...flags])
  return join(own, 'built', 'shop.js')
}

for (const [title, name, flags] of [
  ['a map in a file', 'map', ['--sourceMap', '--module', 'commonjs']],
  ['an inline map', 'inline', ['--inlineSourceMap', '--module', 'commonjs']],
] as const) {
  test(`a program compiled by tsc with ${title} is seen in its sources`, async () => {
    const own = program(name)
    const built = compile(own, flags)
    assert.notEqual(readFileSync(built, 'utf8').split('\n').indexOf('const burn = (order) => {'), 13)
    has(await profiled(built), join(own, 'shop.ts'))
    has(await profiled(built, ['--enable-source-maps']), join(own, 'shop.ts'))
  })
}

for (const [title, name, format, extension] of [
  ['CommonJS', 'bundle', 'cjs', 'cjs'],
  ['ES modules, at a path that a URL writes otherwise', 'böndle 100% & more?#', 'esm', 'mjs'],
] as const) {
  test(`a minified bundle of ${title} is seen in its sources`, async () => {
    const own = program(name)
    const outfile = join(own, `built.${extension}`)
    const entryPoints = [join(own, 'shop.ts')]
    buildSync({
      entryPoints,
      outfile,
      format,
      bundle: true,
      minify: true,
      sourcemap: true,
      logLevel: 'error',
    })
    has(await profiled(outfile), join(own, 'shop.ts'))
  })
}

test('code that a loader hook compiled is seen in its sources if Node.js knows the map', async () => {
  const own = program('hooked')
  const hook = join(own, 'hook.cjs')
  writeFileSync(
    hook,
    `const { transformSync } = require(${JSON.stringify(join(ROOT, 'node_modules', 'esbuild'))})
     const { readFileSync } = require('fs')
     require.extensions['.ts'] = (module, sourcefile) => module._compile(transformSync(readFileSync(sourcefile, 'utf8'),
       { loader: 'ts', format: 'cjs', minify: true, sourcemap: 'inline', sourcefile }).code, sourcefile)`,
  )
  const entry = join(own, 'entry.cjs')
  writeFileSync(entry, `require('./shop.ts')`)
  const out = await profiledInside(entry, ['--enable-source-maps', '--require', hook])
  has(out, join(own, 'shop.ts'))
})

/** Works as `profiled`, but maps in the program itself, which alone has the map. */
async function profiledInside(file: string, flags: readonly string[]): Promise<string[]> {
  const engine = join(ROOT, 'dist', 'src', 'profiling')
  const code = `
    const { encodeWall } = require(${JSON.stringify(join(engine, 'inspector', 'cpu-profile.js'))})
    const { SourceMaps } = require(${JSON.stringify(join(engine, 'source-maps.js'))})
    const session = new (require('inspector').Session)()
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.start')
    require(${JSON.stringify(file)})
    session.post('Profiler.stop', async (error, { profile }) => {
      const pprof = await encodeWall(profile, { intervalUs: 1000, timeline: false, endMs: Date.now() })
      process.stdout.write(Buffer.from(await new SourceMaps().map(pprof)).toString('base64'))
    })`
  const ended = await runNode([...flags, '-e', code])
  assert.equal(ended.code, 0, ended.stderr)
  const frames = decodeFrames(Buffer.from(ended.stdout, 'base64')).stacks.flat()
  return frames.map(({ name, file: source, line }) => `${name} ${source}:${line}`)
}
