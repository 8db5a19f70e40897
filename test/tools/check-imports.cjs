/**
 * Checks the imports of src and integrations: down the floors of src/README.md only, none from one integration to
 * another, no circle, types included. `node test/tools/check-imports.cjs [root]`, part of `npm run lint`;
 * plain JavaScript, so that lint needs no build.
 */
'use strict'

const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { dirname, normalize } = require('node:path/posix')

const SOURCE = /\.[cm]?[jt]sx?$/
/** Matches the specifier of `import`, `export … from`, `require('x')` and `import('x')`, of a type or a value. */
const SPECIFIER = /\b(?:from|import|require)(?:\s|\/\*.*?\*\/)*\(?(?:\s|\/\*.*?\*\/)*(['"`])([^'"`\n]+)\1/g
/** Matches a line of a comment: examples there import `tracer` as an application does. */
const COMMENT_LINE = /^\s*(?:\/\/|\* (?!as )).*$/gm

/** Lists the source files below a folder of `root`. */
function sourcesIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`
    if (!entry.isDirectory()) return SOURCE.test(path) ? [path] : []
    return entry.name === 'fixtures' || entry.name === 'node_modules' ? [] : sourcesIn(root, path)
  })
}

/** Returns the imports of a file as `{ path, line }`, the path from the root; packages are left out. */
function importsOf(file, text) {
  const code = text.replace(COMMENT_LINE, '')
  return [...code.matchAll(SPECIFIER)].flatMap(({ 0: whole, 2: name, index }) => {
    const line = code.slice(0, index + whole.length).split('\n').length
    if (name === 'tracer') return [{ path: 'src/index', line }]
    return name.startsWith('.') ? [{ path: normalize(`${dirname(file)}/${name}`), line }] : []
  })
}

/** Returns the source file that the path of an import means; the path itself where there is none, as for JSON. */
function fileOf(path, files) {
  const stem = path.replace(/\.[cm]?js$|\/$/, '')
  const ends = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '/index.ts', '/index.js']
  return files.has(path) ? path : (ends.map(end => stem + end).find(name => files.has(name)) ?? path)
}

/** Reads the table of floors: the rooms, each a beginning of paths, with the rooms that it may import. */
function readFloors(markdown) {
  const [, section] = markdown.split(/^## Floors$/m)
  const rows = section
    .match(/(?:^\|.*\n)+/m)[0]
    .trimEnd()
    .split('\n')
    .slice(2)
  return rows.flatMap(row => {
    const [, , folders, , allowed] = row.replaceAll('`', '').split('|')
    const mayImport = namesIn(allowed).filter(name => name !== '–')
    return namesIn(folders).map(name => ({
      room: roomOf(name),
      mayImport: mayImport.includes('all') ? undefined : mayImport.map(roomOf),
      names: mayImport.join(', ') || 'nothing',
    }))
  })
}

const namesIn = cell => cell.split(',').map(name => name.trim())

/** Turns a name of the table (`std/`, `std`, `index.ts`, `*.ts`, `../integrations/`) into a pattern of paths. */
function roomOf(name) {
  const path = normalize(`src/${name}`).replace(/\/$/, '')
  const pattern = path.replaceAll('.', '\\.').replace('*', '[^/]+')
  return new RegExp(SOURCE.test(path) ? `^${pattern}$` : `^${pattern}/`)
}

/** Returns why the file may not import the path; undefined where it may. */
function refusal(file, path, floors) {
  const floor = floors.find(({ room }) => room.test(file))
  if (floor === undefined)
    return 'no row of the table of floors in src/README.md names this file or its folder'
  const [folder, integration] = path.split('/')
  if (folder === 'integrations' && file.startsWith('integrations/')) {
    if (file.startsWith(`integrations/${integration}/`)) return undefined
    return `an integration may not import another one (${path}); what they share belongs to src/kit`
  }
  if (floor.mayImport === undefined || floor.room.test(path)) return undefined
  if (floor.mayImport.some(room => room.test(path))) return undefined
  return `may not import ${path}; the table of floors in src/README.md allows: ${floor.names}`
}

/** Returns the shortest circle through each file that is part of one. */
function circlesOf(graph) {
  const rest = new Map(graph)
  let size
  do {
    size = rest.size
    for (const [file, targets] of rest) if (![...targets.keys()].some(to => rest.has(to))) rest.delete(file)
  } while (rest.size < size)
  const found = new Map()
  for (const file of rest.keys()) {
    const circle = shortestCircle(rest, file)
    const files = circle?.toSorted().join()
    if (circle !== undefined && !found.has(files)) found.set(files, circle)
  }
  return found.values()
}

/** Searches breadth first for a way from the file back to it. */
function shortestCircle(graph, start) {
  const ways = [[start]]
  const seen = new Set()
  for (const way of ways) {
    for (const to of graph.get(way.at(-1))?.keys() ?? []) {
      if (to === start) return way
      if (!seen.has(to)) ways.push([...way, to])
      seen.add(to)
    }
  }
  return undefined
}

/** Returns one line for each import that is refused in the tree at `root`. */
function check(root) {
  const floors = readFloors(readFileSync(join(root, 'src/README.md'), 'utf8'))
  const sources = ['src', 'integrations', 'test'].flatMap(folder => sourcesIn(root, folder))
  const files = new Set(sources)
  const graph = new Map()
  const problems = []
  for (const file of sources) {
    const targets = new Map()
    for (const { path, line } of importsOf(file, readFileSync(join(root, file), 'utf8'))) {
      const to = fileOf(path, files)
      targets.set(to, line)
      if (file.startsWith('test/') || file.endsWith('.test.ts')) continue
      const reason = refusal(file, to, floors)
      if (reason !== undefined) problems.push(`${file}:${line}: ${reason}`)
    }
    graph.set(file, targets)
  }
  for (const circle of circlesOf(graph)) {
    const [file, next = file] = circle
    const way = [...circle, file].join(' → ')
    problems.push(`${file}:${graph.get(file).get(next)}: imports itself in a circle, types included: ${way}`)
  }
  return problems
}

const problems = check(process.argv[2] ?? join(__dirname, '../..'))
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
