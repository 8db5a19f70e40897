/** Describes the process for `_dd.tags.process`: `entrypoint.name:server,entrypoint.workdir:shop,…`. */

import { basename, dirname, extname } from 'node:path'
import type { Config } from './config/resolve'

/** Returns the tags of this process, `key:value` joined by commas. */
export function processTags(config: Config): string {
  const script = process.argv[1]
  const tags: [string, string][] = []
  if (script !== undefined) {
    tags.push(['entrypoint.basedir', basename(dirname(script))])
    tags.push(['entrypoint.name', basename(script, extname(script))])
    tags.push(['entrypoint.type', 'script'])
  }
  tags.push(['entrypoint.workdir', basename(process.cwd())])
  if (config.origins.service === 'calculated') tags.push(['svc.auto', config.service ?? ''])
  else tags.push(['svc.user', 'true'])
  return tags
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}:${clean(value)}`)
    .join(',')
}

/** Returns a value as the agent normalises tag values: without the commas and colons that separate the list. */
function clean(value: string): string {
  return value
    .toLowerCase()
    .replace(/[^a-z0-9/._-]+/g, '_')
    .slice(0, 100)
}
