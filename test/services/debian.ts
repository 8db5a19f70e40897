/** Runs a service out of Debian's package, in a temporary directory and as an unprivileged user. */

import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Identity, ServiceDefinition } from './definition.js'
import { type Supervised, supervise } from './supervise.js'

const run = promisify(execFile)
const INSTALL_TIMEOUT_MS = 300_000
const START_TIMEOUT_MS = 60_000
/** Debian's PostgreSQL packages make and start a cluster at install time unless a file in this directory says no. */
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d/tracer-tests.conf'

/** Starts the service from its package, installing that first if we may; rejects with the reason otherwise. */
export async function startByDebian(definition: ServiceDefinition): Promise<Supervised & { url: string }> {
  const { debian } = definition
  if (process.platform !== 'linux') throw new Error(`no Debian package on ${process.platform}`)
  if (debian.findBinaries() === undefined) await install(debian.packages)
  const binaries = debian.findBinaries()
  if (binaries === undefined) throw new Error(`${debian.packages.join(' ')} installed no programs`)

  const identity = process.getuid?.() === 0 ? identityOf(debian.user) : undefined
  const dir = mkdtempSync(join(tmpdir(), `tracer-${definition.name}-`))
  const { url, ...launch } = debian.launch({ binaries, dir, port: await freePort() })
  if (identity !== undefined) chownSync(dir, identity.uid, identity.gid)
  const plan = { dir, ...(identity && { identity }), ...launch, afterwards: [] }
  const server = await supervise(plan, () => definition.probe(url), START_TIMEOUT_MS)
  return { ...server, url }
}

async function install(packages: string[]): Promise<void> {
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`${packages.join(' ')} is not installed`)
  if (process.getuid?.() !== 0) throw new Error(`${packages.join(' ')} is not installed, and only root may`)
  const options = {
    timeout: INSTALL_TIMEOUT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 2 ** 26,
  }
  const apt = (...args: string[]) =>
    run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], options)
  mkdirSync(dirname(NO_CLUSTER), { recursive: true })
  writeFileSync(NO_CLUSTER, 'create_main_cluster = false\n')
  try {
    await apt('update')
    await apt('install', '-y', '--no-install-recommends', ...packages)
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    const last = stderr?.trim().split('\n').pop()
    throw new Error(`apt-get could not install ${packages.join(' ')}${last ? `: ${last}` : ''}`)
  } finally {
    rmSync(NO_CLUSTER, { force: true })
  }
}

/** The user's ids as the system's own table has them, `nobody` where the package made no user. */
function identityOf(user: string): Identity {
  const rows = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of [user, 'nobody']) {
    const fields = rows.find(row => row.startsWith(`${name}:`))?.split(':')
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error(`there is neither a user ${user} nor nobody`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject()))
    })
  })
}
