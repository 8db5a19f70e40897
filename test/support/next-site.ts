/** The site of the tests of Next.js: built once for each version, then served in each possible way. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { LibrarySet } from '../libraries/sets'
import { type App, INIT, ROOT, runNode, startApp } from './programs'

const FIXTURES = join(ROOT, 'integrations', 'next', 'fixtures')
/** One that has been built lasts until the fixtures change. */
const BUILD_TIMEOUT_MS = 240_000

const ARGUMENTS: Record<string, (folder: string, port: string) => string[]> = {
  'next start': (folder, port) => [
    join(folder, 'node_modules/next/dist/bin/next'),
    'start',
    folder,
    '-p',
    port,
  ],
  'a standalone server': folder => [join(folder, '.next/standalone/server.js')],
  'a server of its own': folder => [join(folder, 'custom-server.cjs')],
}

export const WAYS = Object.keys(ARGUMENTS)

/** `next build`, unless it was done. */
export async function buildSite({ folder }: LibrarySet): Promise<void> {
  const digest = digestOf(FIXTURES)
  const stamp = join(folder, '.next', 'fixtures-digest')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  rmSync(join(folder, '.next'), { recursive: true, force: true })
  cpSync(FIXTURES, folder, { recursive: true })
  const next = join(folder, 'node_modules/next/dist/bin/next')
  const built = await runNode([next, 'build', folder], { NEXT_TELEMETRY_DISABLED: '1' }, BUILD_TIMEOUT_MS)
  assert.equal(built.code, 0, built.stdout + built.stderr)
  const standalone = join(folder, '.next', 'standalone')
  cpSync(join(folder, 'public'), join(standalone, 'public'), { recursive: true })
  writeFileSync(stamp, digest)
}

function digestOf(folder: string): string {
  const hash = createHash('sha1')
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile()) hash.update(file.slice(folder.length)).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** Serves the site; `env` undefined: without the tracer. */
export async function serveSite(
  { folder }: LibrarySet,
  way: string,
  env: Record<string, string> | undefined,
): Promise<App> {
  const port = await freePort()
  const args = ['--require', join(FIXTURES, 'announce.cjs'), ...ARGUMENTS[way](folder, port)]
  return startApp(env === undefined ? args : ['--require', INIT, ...args], {
    PORT: port,
    // With the address of one interface it takes rewrites for those to another server.
    HOSTNAME: '0.0.0.0',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ...env,
  })
}

/** Next.js takes 0 for no port at all. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return String(port)
}
