/**
 * Fetches Nodes from npm into `.cache/nodes/`: packages `node-<platform>-<arch>` have a binary, and most its headers.
 */

const { execFile } = require('node:child_process')
const { existsSync, mkdirSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)
const DOWNLOAD_TIMEOUT_MS = 300_000

/** Major versions whose ABI is built: those that the package's `engines` allow. */
const MAJORS = ['20', '22', '24', '26']

/**
 * Resolves with the path of a Node binary of `version` (a major, or all three numbers): the cached one, or the newest
 * if none is cached or `refresh` is set. Rejects if npm cannot fetch it.
 */
async function fetchNode(version, refresh = false) {
  const name = `node-${process.platform}-${process.arch}`
  const prefix = join(__dirname, '..', '.cache', 'nodes', version)
  const binary = join(prefix, 'node_modules', name, 'bin', 'node')
  if (!refresh && existsSync(binary)) return binary
  mkdirSync(prefix, { recursive: true })
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['install', '--prefix', prefix, ...flags, `${name}@${version}`], {
    timeout: DOWNLOAD_TIMEOUT_MS,
    cwd: prefix,
  })
  return binary
}

/** Resolves with the folder of the headers for a Node's ABI. Rejects if there is none. */
async function headersOf(node, version) {
  const beside = includeOf(node)
  if (existsSync(join(beside, 'node_api.h'))) return beside
  const fetched = includeOf(await fetchNode(version))
  if (existsSync(join(fetched, 'node_api.h'))) return fetched
  throw new Error(`no headers of Node.js ${version}`)
}

/** Returns the folder of headers as Node's archives have it: beside the binary's folder. */
function includeOf(node) {
  return join(dirname(node), '..', 'include', 'node')
}

module.exports = { MAJORS, fetchNode, headersOf }
