/** `tracer profiles [ID]`: the profiles of a local agent; the most expensive functions of one profile, or its files. */

import { writeFileSync } from 'node:fs'
import type { ProfileDetail, ProfileSummary, ProfileTop } from '../agent/api-types'
import { ask, DEFAULT_API_URL, download } from './client'
import { renderProfiles, renderTop } from './profile-tables'
import { screenOf } from './terminal'
import { clean } from './text'
import { CommandError, parse, UsageError, wholeNumber } from './usage'

export const PROFILES_HELP = `Usage: tracer profiles [options]
       tracer profiles ID [options]

Lists the profiles of a local agent, newest first. With an ID from that list, shows the most expensive functions of
that profile: SELF is the cost of a function itself, TOTAL includes the functions that it called.

  --limit N          number of rows (20)
  --url URL          the agent's API (${DEFAULT_API_URL})
  --json             print JSON

for the list
  --service NAME     only profiles of this service
  --env NAME         only profiles of this environment

for one profile
  --type TYPE        sample type: wall, cpu, space, or another that the profile has (wall)
  --sort total       sort by TOTAL instead of SELF
  --endpoint TEXT    only samples of endpoints that contain this text
  --span ID          only samples of this span, hexadecimal or decimal
  --local-root ID    only samples of this local root (the first span of a process) and the spans below it
  --thread TEXT      only samples of threads whose name contains this text, or that have this id
  --flame            print the tree of all stacks as JSON
  -o, --output FILE  write the file with this type as the agent received it: mostly a compressed pprof
  --file NAME        use this file (wall.pprof, main.jfr); with -o, any file of the profile
`

const OPTIONS = {
  limit: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  service: { type: 'string' },
  env: { type: 'string' },
  type: { type: 'string' },
  sort: { type: 'string' },
  endpoint: { type: 'string' },
  span: { type: 'string' },
  'local-root': { type: 'string' },
  thread: { type: 'string' },
  file: { type: 'string' },
  flame: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
} as const

const OF_LIST = ['service', 'env'] as const
const OF_ONE = ['file', 'type', 'sort', 'endpoint', 'span', 'local-root', 'thread'] as const

type Values = ReturnType<typeof parse<typeof OPTIONS>>['values']

/** Runs `tracer profiles` with the arguments behind the command. */
export async function profiles(argv: string[]): Promise<void> {
  const { values, positionals } = parse(argv, OPTIONS, true)
  if (positionals.length > 1) throw new UsageError('give one profile')
  const url = values.url ?? DEFAULT_API_URL
  const query = queryOf(values, positionals.length === 0 ? OF_LIST : OF_ONE)
  if (positionals.length === 0) return list(url, query, values.json === true)
  const [id] = positionals
  if (!/^\d+$/.test(id)) throw new UsageError(`not a profile: "${id}"; \`tracer profiles\` lists them`)
  const found = await ask<ProfileDetail>(url, `/api/profiles/${id}`)
  if (found === undefined)
    throw new CommandError(
      `${url} has no profile ${id}: it was not received yet, or evicted; see \`tracer profiles\``,
    )
  if (values.output !== undefined) {
    const name = values.file ?? (await ask<ProfileTop>(url, `/api/profiles/${id}/top?${query}`))?.file
    return save(url, found, name ?? '', values.output)
  }
  if (values.flame) return print(JSON.stringify(await ask(url, `/api/profiles/${id}/flame?${query}`)))
  const top = await ask<ProfileTop>(url, `/api/profiles/${id}/top?${query}`)
  if (top === undefined) throw new CommandError(`${url} has no profile ${id} any more`)
  if (values.json) print(JSON.stringify(top, null, 2))
  else process.stdout.write(renderTop(found, top, screenOf(process.stdout)))
}

/** Returns the query for the API. Throws a `UsageError` for options that belong to the other form of the command. */
function queryOf(values: Values, names: readonly (keyof Values)[]): URLSearchParams {
  const isOne = names === OF_ONE
  for (const name of isOne ? OF_LIST : ([...OF_ONE, 'flame', 'output'] as const))
    if (values[name] !== undefined)
      throw new UsageError(
        `--${name} is for ${isOne ? 'the list, not for one profile' : 'one profile: give its id'}`,
      )
  const query = new URLSearchParams({ limit: String(wholeNumber('limit', values.limit, 1, 10_000) ?? 20) })
  for (const name of names) {
    const value = values[name]
    if (typeof value === 'string') query.set(name.replace('-', '_'), value)
  }
  return query
}

async function list(url: string, query: URLSearchParams, json: boolean): Promise<void> {
  const answer = await ask<{ total: number; profiles: ProfileSummary[] }>(url, `/api/profiles?${query}`)
  if (answer === undefined) throw new CommandError(`${url} is not the API of a local agent`)
  if (json) return print(JSON.stringify(answer.profiles, null, 2))
  if (answer.total === 0) return print('no profiles yet, or none that match')
  process.stdout.write(renderProfiles(answer.profiles, screenOf(process.stdout)))
  const rest = answer.total - answer.profiles.length
  if (rest > 0) print(`${rest} more: --limit ${answer.total}`)
}

async function save(url: string, { id, files }: ProfileDetail, name: string, path: string): Promise<void> {
  const bytes = await download(url, `/api/profiles/${id}/files/${encodeURIComponent(name)}`)
  if (bytes === undefined)
    throw new CommandError(
      `profile ${id} has no file ${name}; it has ${files.map(each => clean(each.name)).join(', ')}`,
    )
  try {
    writeFileSync(path, bytes)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${error instanceof Error ? error.message : error}`)
  }
  process.stderr.write(`wrote ${path}: ${clean(name)} of profile ${id}\n`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
