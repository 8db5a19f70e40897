/** Runs a service without Docker: in a temporary directory and, where it has one, as its unprivileged user. */

import { chownSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Identity, ServiceDefinition } from './definition.js'
import { freePort } from './ports.js'
import { type Supervised, supervise } from './supervise.js'

const START_TIMEOUT_MS = 60_000

/**
 * Starts the service from its programs; rejects with the reason otherwise. `installed` settles when the package
 * manager has done, or not done, what it can.
 */
export async function startProgram(
  definition: ServiceDefinition,
  installed: Promise<void>,
): Promise<Supervised & { url: string }> {
  const { program } = definition
  let problem: unknown
  if (program.findBinaries() === undefined) {
    await installed.catch((error: unknown) => {
      problem = error
    })
  }
  const binaries = program.findBinaries()
  if (binaries === undefined)
    throw problem ?? new Error(`${program.packages.join(' ')} installed no programs`)
  await program.fetch?.()

  const identity = process.getuid?.() === 0 && program.user ? identityOf(program.user) : undefined
  const dir = mkdtempSync(join(tmpdir(), `tracer-${definition.name}-`))
  const { url, ...launch } = await program.launch({ binaries, dir, port: await freePort(), freePort })
  if (identity !== undefined) chownSync(dir, identity.uid, identity.gid)
  const plan = { dir, ...(identity && { identity }), ...launch, afterwards: [] }
  const server = await supervise(plan, () => definition.probe(url), START_TIMEOUT_MS)
  return { ...server, url }
}

/** Returns the user's ids from the system's table; those of `nobody` where the package made no user. */
function identityOf(user: string): Identity {
  const rows = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of [user, 'nobody']) {
    const fields = rows.find(row => row.startsWith(`${name}:`))?.split(':')
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error(`there is neither a user ${user} nor nobody`)
}
