/**
 * Finds service and version of an application that sets neither: from its serverless function, or its package.json.
 */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Environment } from './stable-files'

/** Service and version of an application. */
export interface Identity {
  service: string
  version: string | undefined
}

/**
 * Fills in `service`, `env` and `version` from the tags, and service and version from the application's package.json.
 */
export function applyIdentity<Origin extends string>(
  values: Record<string, unknown>,
  origins: Record<string, Origin | 'calculated'>,
  env: Environment,
): void {
  const tags = values.tags as Record<string, string>
  for (const key of ['service', 'env', 'version']) {
    if (values[key] === undefined && tags[key]) {
      values[key] = tags[key]
      origins[key] = origins.tags
    }
  }
  if (values.service !== undefined && values.version !== undefined) return
  const found = defaultIdentity(env)
  if (values.service === undefined) {
    values.service = found.service
    origins.service = 'calculated'
  }
  if (values.version === undefined && found.version !== undefined) {
    values.version = found.version
    origins.version = 'calculated'
  }
}

/** Returns service and version for an application that sets neither. */
export function defaultIdentity(env: Environment): Identity {
  const fromFunction =
    env.AWS_LAMBDA_FUNCTION_NAME || env.K_SERVICE || env.FUNCTION_NAME || env.WEBSITE_SITE_NAME
  const found = nearestPackage(startFolder())
  const name = typeof found?.name === 'string' ? toServiceName(found.name) : ''
  const version = typeof found?.version === 'string' && found.version !== '' ? found.version : undefined
  return { service: fromFunction || name || 'node', version }
}

/** Returns a package name as the agent accepts it: lower case, at most 100 characters, other characters as `_`. */
function toServiceName(name: string): string {
  // To compile the classes of Unicode takes 0.3 ms, one hundredth of a start; names of packages are mostly ASCII.
  const illegal = /^[ -~]*$/.test(name) ? /[^a-z0-9:./-]+/g : /[^\p{L}\p{N}:./-]+/gu
  return name.toLowerCase().replace(illegal, '_').replace(/^_|_$/g, '').slice(0, 100)
}

function startFolder(): string {
  const script = process.argv[1]
  return script === undefined ? process.cwd() : dirname(script)
}

function nearestPackage(folder: string): { name?: unknown; version?: unknown } | undefined {
  for (let at = folder; ; at = dirname(at)) {
    // A bin script lies in node_modules/.bin, which belongs to no package.
    const path = join(at, 'package.json')
    // Looked for first, because the error of a missing file costs twenty times as much.
    const content = existsSync(path) ? readJson(path) : undefined
    if (content !== undefined) return content
    if (dirname(at) === at) return undefined
  }
}

function readJson(path: string): { name?: unknown; version?: unknown } | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof content === 'object' && content !== null ? content : undefined
  } catch {
    return undefined
  }
}
