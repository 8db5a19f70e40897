/** Other tracers to compare with: fetched from npm into `.cache/peers/` on demand. */

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './root'

const prefix = join(root, '.cache/peers')
const INSTALL_TIMEOUT_MS = 300_000

/** Exact, so that two runs compare with the same thing. */
const PACKAGES: Record<string, string> = {
  'dd-trace': '6.21.0',
  '@opentelemetry/api': '1.9.1',
  '@opentelemetry/sdk-trace-base': '2.12.1',
  '@opentelemetry/sdk-trace-node': '2.12.0',
  '@opentelemetry/resources': '2.12.1',
  '@opentelemetry/exporter-trace-otlp-proto': '0.223.1',
  '@opentelemetry/instrumentation': '0.223.0',
  '@opentelemetry/instrumentation-http': '0.223.0',
  '@opentelemetry/instrumentation-express': '0.71.1',
  '@opentelemetry/instrumentation-pg': '0.76.0',
  'hot-shots': '17.1.1',
}

/** Loads a package of a peer, as a file of that directory would. */
export const requirePeer = createRequire(join(prefix, 'package.json'))

/** Makes sure that every peer is there. Rejects when npm cannot fetch one. */
export async function installPeers(): Promise<void> {
  const missing = Object.entries(PACKAGES).filter(([name, version]) => installedVersion(name) !== version)
  if (missing.length === 0) return
  mkdirSync(prefix, { recursive: true })
  const flags = ['--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
  // All of them: npm removes what it is not told about.
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)
  await promisify(execFile)('npm', ['install', '--prefix', prefix, ...flags, '--save-exact', ...wanted], {
    cwd: prefix,
    timeout: INSTALL_TIMEOUT_MS,
  })
}

/** `name version` of each peer, for the report. */
export function peerVersions(): string {
  return `dd-trace ${PACKAGES['dd-trace']}, OpenTelemetry SDK ${PACKAGES['@opentelemetry/sdk-trace-base']}, hot-shots ${PACKAGES['hot-shots']}`
}

function installedVersion(name: string): string | undefined {
  const manifest = join(prefix, 'node_modules', name, 'package.json')
  if (!existsSync(manifest)) return undefined
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
