import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { build, buildSync } from 'esbuild'
import type { Frame } from '../../../src/profiling/encode/profile-builder'
import { SourceMaps } from '../../../src/profiling/source-maps'
import { MAX_MAP_BYTES } from '../../../src/profiling/source-maps/locate'
import { MapStore } from '../../../src/profiling/source-maps/store'
import { decodeFrames, profileOfFrames } from '../../support/frames'
import { ROOT } from '../../support/programs'
import { temporaryFolder } from '../../support/temporary'

const folder = temporaryFolder('source-maps-')
const SOURCE = `export function burn(milliseconds: number): number { return milliseconds * 2 }

export const waste = (event: { ms: number }): number => burn(event.ms)
const table = { handler: (value: number): number => waste({ ms: value }) }
export default table
`
const source = write('shop.ts', SOURCE)

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** Compiles `shop.ts` into a file of that name. */
function compiled(name: string, sourcemap: boolean | 'inline' | 'external', minify = true): string {
  const outfile = join(folder, name)
  buildSync({
    entryPoints: [source],
    outfile,
    sourcemap,
    minify,
    bundle: true,
    format: 'cjs',
    logLevel: 'error',
  })
  return outfile
}

/** Matches `burn` in minified code. */
const BURN = /function (\w+)(?=\(\w\)\{return)/

async function mapped(frames: readonly Frame[], maps = new SourceMaps()) {
  const decoded = decodeFrames(await maps.map(await profileOfFrames(frames)))
  return { ...decoded, frames: decoded.stacks.map(([leaf]) => leaf) }
}

const where = ({ name, file, line }: Frame): unknown[] => [name, file, line]

/** Returns the frame of the function that `code` matches, with the name that the minifier gave it. */
function minified(file: string, code: RegExp): Frame {
  const text = readFileSync(file, 'utf8')
  const match = code.exec(text)
  assert.ok(match !== null, text)
  const line = text.slice(0, match.index).split('\n').length
  const column = match.index + match[0].length - text.lastIndexOf('\n', match.index)
  return { name: match[1], file, line, column }
}

test('a minified bundle shows the names, files and lines of its sources', async () => {
  const bundle = compiled('bundle.js', true)
  const { frames } = await mapped([
    minified(bundle, BURN),
    minified(bundle, /(\w+)=(?=\w=>\w+\(\w\.ms)/),
    minified(bundle, /(handler):(?=\w=>)/),
  ])
  const { frames: unnamed } = await mapped([{ ...minified(bundle, /(handler):(?=\w=>)/), name: '' }])
  assert.deepEqual([...frames, ...unnamed].map(where), [
    ['burn', source, 1],
    ['waste', source, 3],
    ['handler', source, 4],
    ['(anonymous:L#4:C#27)', source, 4],
  ])
})

/** Makes a profile like the add-on's: functions have their first line, and only locations in that line a column. */
async function fromAddOn(file: string, [name, startLine]: [string, number], places: [number, number][]) {
  const { Profile, ...pprof } = require('pprof-format') as typeof import('pprof-format')
  const stringTable = new pprof.StringTable()
  const [text, path] = [stringTable.dedup(name), stringTable.dedup(file)]
  const bytes = new Profile({
    stringTable,
    sampleType: [{ type: stringTable.dedup('sample'), unit: stringTable.dedup('count') }],
    function: [{ id: 7, name: text, systemName: text, filename: path, startLine }],
    location: places.map(([line, column], at) => ({ id: at + 1, line: [{ functionId: 7, line, column }] })),
    sample: places.map((_, at) => ({ locationId: [at + 1], value: [1] })),
  }).encode()
  const mappedBytes = await new SourceMaps().map(bytes)
  const functions = Profile.decode(mappedBytes).function.map(each => Number(each.startLine))
  return { functions, frames: decodeFrames(mappedBytes).stacks.map(([leaf]) => leaf) }
}

test('samples in several lines of a function belong to one function, named as at its beginning', async () => {
  const outfile = join(folder, 'lines.js')
  const text = `export function busyLoop(count: number): number {\n  let turns = 0\n  while (turns < count)\n    turns++\n  return turns\n}\n`
  const entry = write('lines.ts', text)
  buildSync({
    entryPoints: [entry],
    outfile,
    sourcemap: true,
    minifyIdentifiers: true,
    bundle: true,
    format: 'cjs',
  })
  const code = readFileSync(outfile, 'utf8').split('\n')
  const start = code.findIndex(
    line => line.startsWith('function ') && code[code.indexOf(line) + 1].includes('= 0'),
  )
  const name = /function (\w+)/.exec(code[start])?.[1] as string
  assert.notEqual(name, 'busyLoop')
  const column = code[start].indexOf('(') + 1
  const places: [number, number][] = [
    [start + 4, 0],
    [start + 1, column],
    [start + 5, 0],
  ]
  const named = await fromAddOn(outfile, [name, start + 1], places)
  assert.deepEqual(named.frames.map(where), [
    ['busyLoop', entry, 4],
    ['busyLoop', entry, 1],
    ['busyLoop', entry, 5],
  ])
  assert.deepEqual(named.functions, [1])
  const unnamed = await fromAddOn(
    outfile,
    [`(anonymous:L#${start + 1}:C#${column})`, start + 1],
    [places[0], places[2]],
  )
  assert.deepEqual(new Set(unnamed.frames.map(frame => frame.name)), new Set(['(anonymous:L#1:C#17)']))
  const unknown = await fromAddOn(outfile, [name, start + 1], [places[0]])
  assert.deepEqual(unknown.frames.map(where), [[name, entry, 4]])
})

test('a profile in which no file has a map is returned unchanged', async () => {
  const plain = write('plain.js', 'function plain() {}\n')
  const frames = [
    { name: 'plain', file: plain, line: 1, column: 15 },
    { name: 'gone', file: join(folder, 'gone.js'), line: 1, column: 15 },
    { name: 'emit', file: 'node:events', line: 500, column: 15 },
    { name: 'Garbage Collection', file: '', line: 0, column: 0 },
  ]
  const pprof = await profileOfFrames(frames)
  const maps = new SourceMaps()
  assert.ok((await maps.map(pprof)) === pprof)
  assert.ok((await maps.map(pprof)) === pprof)
  assert.equal(maps.hasMissing, false)
})

test('samples, their labels and all that is not code are not changed', async () => {
  const bundle = compiled('bits.js', true)
  const frames = [minified(bundle, BURN), { name: 'x', file: '', line: 0, column: 0 }]
  const pprof = await profileOfFrames(frames)
  const { Profile } = require('pprof-format') as typeof import('pprof-format')
  const before = Profile.decode(pprof)
  const after = Profile.decode(await new SourceMaps().map(pprof))
  assert.deepEqual(after.sample, before.sample)
  assert.equal(after.timeNanos, before.timeNanos)
  assert.deepEqual(
    after.stringTable.strings.slice(0, before.stringTable.strings.length),
    before.stringTable.strings,
  )
  assert.equal(after.function.length, before.function.length)
})

for (const [title, name, sourcemap] of [
  ['an inline map of a few bytes', 'inline.js', 'inline'],
  ['a map beside the file that the file does not declare', 'silent.js', 'external'],
] as const) {
  test(`finds ${title}`, async () => {
    const bundle = compiled(name, sourcemap)
    const { frames } = await mapped([minified(bundle, BURN)])
    assert.deepEqual(where(frames[0]), ['burn', source, 1])
  })
}

test('finds an inline map of megabytes', async () => {
  const bundle = compiled('long.js', 'inline')
  const [code, json] = readFileSync(bundle, 'utf8').split(
    '//# sourceMappingURL=data:application/json;base64,',
  )
  const map = JSON.parse(Buffer.from(json, 'base64').toString())
  map.sourcesContent = ['"\\'.repeat(1_500_000)]
  const base64 = Buffer.from(JSON.stringify(map)).toString('base64')
  assert.ok(base64.length > 4_000_000)
  writeFileSync(bundle, `${code}//# sourceMappingURL=data:application/json;base64,${base64}\n`)
  const { frames } = await mapped([minified(bundle, BURN)])
  assert.deepEqual(where(frames[0]), ['burn', source, 1])
})

test('finds a map declared by relative path, encoded path and URL', async () => {
  mkdirSync(join(folder, 'my maps'))
  const bundle = compiled('declared.js', 'external')
  const map = JSON.parse(readFileSync(`${bundle}.map`, 'utf8'))
  rmSync(`${bundle}.map`)
  write('my maps/declared.map', JSON.stringify({ ...map, sourceRoot: '../src/', sources: ['shop.ts'] }))
  const code = readFileSync(bundle, 'utf8')
  const url = pathToFileURL(join(folder, 'my maps', 'declared.map')).href
  for (const declared of ['my%20maps/declared.map', './my%20maps/declared.map', url]) {
    writeFileSync(bundle, `${code}\n//# sourceMappingURL=${declared}\n`)
    const { frames } = await mapped([minified(bundle, BURN)])
    assert.deepEqual(where(frames[0]), ['burn', join(folder, 'src', 'shop.ts'), 1])
  }
})

test('a missing map adds a comment, and columns are put into the upper half of lines', async () => {
  const file = write('lost.js', 'function lost() {}\n//# sourceMappingURL=lost.js.map\n')
  const maps = new SourceMaps()
  const { frames, comments, values, timeNanos } = await mapped(
    [
      { name: 'lost', file, line: 3, column: 14 },
      { name: 'other', file: '/other.js', line: 4, column: 15 },
    ],
    maps,
  )
  assert.deepEqual(comments, ['dd:has-missing-map-files'])
  assert.deepEqual(
    frames.map(({ line }) => line),
    [14 * 2 ** 32 + 3, 4],
  )
  assert.deepEqual([values, timeNanos], [[[1], [2]], 1_800_000_000_123_456_789n])
  assert.equal(maps.hasMissing, true)
})

test('a missing map of a package adds no comment', async () => {
  mkdirSync(join(folder, 'node_modules', 'left'), { recursive: true })
  const file = write('node_modules/left/index.js', '\n//# sourceMappingURL=index.js.map')
  const maps = new SourceMaps()
  const pprof = await profileOfFrames([{ name: 'left', file, line: 1, column: 1 }])
  assert.ok((await maps.map(pprof)) === pprof)
  assert.equal(maps.hasMissing, false)
})

for (const [title, map] of [
  ['is no JSON', 'what?'],
  ['is cut off', '{"version":3,"sources":["shop.ts"],"names":[],"mappings":"AAAA'],
  ['ends in an escape', '{"version":3,"sources":["a\\'],
  ['has no mappings', '{"version":3,"sources":[]}'],
  ['has sources that are no JSON', '{"version":3,"sources":[,],"names":[],"mappings":""}'],
  ['has a section without an offset', '{"version":3,"sections":[{"map":{"mappings":""}}]}'],
]) {
  test(`a map that ${title} counts as missing`, async () => {
    const file = write('broken.js', '//# sourceMappingURL=broken.js.map')
    write('broken.js.map', map)
    const { frames, comments } = await mapped([{ name: 'f', file, line: 1, column: 1 }])
    assert.deepEqual([frames[0].name, frames[0].file, comments], ['f', file, ['dd:has-missing-map-files']])
  })
}

test('invalid mappings do not fail', async () => {
  const file = write('nonsense.js', '//# sourceMappingURL=nonsense.js.map')
  for (const mappings of [
    '!!!!',
    'zzzzzzzzzzzzzzz',
    'AAAA,',
    ',,;;',
    'AAAAA,A,AAAA',
    'ACAA',
    'ADAA',
    'AAAAD',
  ]) {
    write('nonsense.js.map', JSON.stringify({ version: 3, sources: ['shop.ts'], names: [], mappings }))
    const { frames } = await mapped([{ name: 'f', file, line: 1, column: 4 }])
    assert.equal(frames[0].name, 'f', mappings)
  }
})

test('a map larger than the limit is not read', async () => {
  const bundle = compiled('huge.js', true)
  const frame = minified(bundle, BURN)
  const json = readFileSync(`${bundle}.map`, 'utf8')
  // Zeros behind JSON are not white space: a reader of the whole file would call the map broken as well.
  truncateSync(`${bundle}.map`, MAX_MAP_BYTES + 1)
  assert.deepEqual((await mapped([frame])).frames[0].file, bundle)
  truncateSync(`${bundle}.map`, MAX_MAP_BYTES)
  writeFileSync(`${bundle}.map`, json, { flag: 'r+' })
  assert.deepEqual((await mapped([frame])).frames[0].file, source)
})

test('positions are right with room for one file, one position and no map', async () => {
  const bundles = ['one.js', 'two.js'].map(name => compiled(name, true))
  const maps = new SourceMaps(new MapStore({ files: 2, positions: 1, mapBytes: 0 }))
  for (let turn = 0; turn < 3; turn++) {
    for (const bundle of bundles) {
      const { frames } = await mapped([minified(bundle, BURN)], maps)
      assert.deepEqual(where(frames[0]), ['burn', source, 1])
    }
  }
})

test('a position that was looked up is not looked up again, even if the map does not have it', async () => {
  const bundle = compiled('known.js', true)
  const later = join(folder, 'later.js')
  const frames = [minified(bundle, BURN), { name: 'f', file: later, line: 1, column: 1 }]
  const maps = new SourceMaps()
  const first = await mapped(frames, maps)
  rmSync(bundle)
  rmSync(`${bundle}.map`)
  compiled('later.js', true)
  assert.deepEqual(await mapped(frames, maps), first)
  assert.equal(first.frames[1].file, later)
})

test('profiles that are handed in at the same time are all mapped', async () => {
  const bundle = compiled('atonce.js', true)
  const frame = minified(bundle, BURN)
  const maps = new SourceMaps()
  for (const { frames } of await Promise.all([mapped([frame], maps), mapped([frame], maps)])) {
    assert.deepEqual(where(frames[0]), ['burn', source, 1])
  }
})

test('bytes that are not a profile are returned unchanged', async () => {
  for (const bytes of [Buffer.from('no profile'), Buffer.from([0x2a, 0x7f]), Buffer.alloc(0)]) {
    assert.ok((await new SourceMaps().map(bytes)) === bytes)
  }
})

test('positions in a map with sections are those of its maps', async () => {
  const file = write('sections.js', '//# sourceMappingURL=sections.js.map')
  const map = (name: string) => ({ version: 3, sources: [name], names: [], mappings: 'AAAA;AACA' })
  write(
    'sections.js.map',
    JSON.stringify({
      version: 3,
      sections: [
        { offset: { line: 0, column: 0 }, map: map('first.ts') },
        { offset: { line: 3, column: 7 }, map: map('second.ts') },
      ],
    }),
  )
  const { frames } = await mapped(
    [
      [1, 1],
      [2, 9],
      [4, 8],
      [5, 1],
      [9, 1],
    ].map(([line, column]) => ({ name: 'f', file, line, column })),
  )
  const short = frames.map(frame => `${frame.file.slice(folder.length + 1)}:${frame.line}`)
  assert.deepEqual(short, ['first.ts:1', 'first.ts:2', 'second.ts:1', 'second.ts:2', 'sections.js:9'])
})

test('agrees with the reader of Node on each segment of a bundle of this project', async () => {
  const outfile = join(folder, 'project.js')
  await build({
    entryPoints: [join(ROOT, 'src', 'index.ts')],
    outfile,
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: 'node',
    packages: 'external',
    external: ['*/manifest.js'],
    logLevel: 'error',
  })
  const reader = new SourceMap(JSON.parse(readFileSync(`${outfile}.map`, 'utf8')))
  const asked: Frame[] = []
  const expected: string[] = []
  for (const [index, text] of readFileSync(outfile, 'utf8').split('\n').entries()) {
    for (let column = 0; column < text.length; column += 7) {
      const entry = reader.findEntry(index, column)
      if (!('originalLine' in entry) || entry.generatedLine !== index) continue
      asked.push({ name: `f${asked.length}`, file: outfile, line: index + 1, column: column + 1 })
      const path = join(folder, entry.originalSource)
      expected.push(`${path}:${entry.originalLine + 1}:${entry.originalColumn + 1}`)
    }
  }
  assert.ok(asked.length > 10_000, `${asked.length}`)
  const { frames } = await mapped(asked)
  assert.deepEqual(
    frames.map(({ file, line, column }) => `${file}:${line}:${column}`),
    expected,
  )
})
