/** Service and version of an application that names neither: its serverless function, or its package.json. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Identity {
  service: string
  version: string | undefined
}

export function defaultIdentity(env: Readonly<Record<string, string | undefined>>): Identity {
  const fromFunction =
    env.AWS_LAMBDA_FUNCTION_NAME || env.K_SERVICE || env.FUNCTION_NAME || env.WEBSITE_SITE_NAME
  const found = nearestPackage(startFolder())
  const name = typeof found?.name === 'string' ? toServiceName(found.name) : ''
  const version = typeof found?.version === 'string' && found.version !== '' ? found.version : undefined
  return { service: fromFunction || name || 'node', version }
}

/** A package name as the agent accepts it: lower case, at most 100 characters, other characters as `_`. */
function toServiceName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}:./-]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 100)
}

function startFolder(): string {
  const script = process.argv[1]
  return script === undefined ? process.cwd() : dirname(script)
}

function nearestPackage(folder: string): { name?: unknown; version?: unknown } | undefined {
  for (let at = folder; ; at = dirname(at)) {
    // A bin script lies in node_modules/.bin, which belongs to no package.
    const content = readJson(join(at, 'package.json'))
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
