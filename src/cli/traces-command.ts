/** `tracer traces`: the newest traces of a local agent as a table or as JSON. */

import type { TraceSummary } from '../agent/api-types'
import { ask, DEFAULT_API_URL } from './client'
import { renderTable } from './table'
import { screenOf } from './terminal'
import { CommandError, parse, wholeNumber } from './usage'

export const TRACES_HELP = `Usage: tracer traces [options]

Lists the traces of a local agent, newest first.

  --limit N          number of traces (20)
  --service NAME     only traces with a span of this service
  --resource TEXT    only traces whose resource contains this text
  --errors           only traces with an error
  --min-duration MS  only traces that took at least this long
  --url URL          the agent's API (${DEFAULT_API_URL})
  --json             print JSON
`

/** Runs `tracer traces` with the arguments behind the command. */
export async function traces(argv: string[]): Promise<void> {
  const { values } = parse(argv, {
    limit: { type: 'string' },
    service: { type: 'string' },
    resource: { type: 'string' },
    errors: { type: 'boolean' },
    'min-duration': { type: 'string' },
    url: { type: 'string' },
    json: { type: 'boolean' },
  })
  const query = new URLSearchParams({ limit: String(wholeNumber('limit', values.limit, 1, 10_000) ?? 20) })
  if (values.service !== undefined) query.set('service', values.service)
  if (values.resource !== undefined) query.set('resource', values.resource)
  if (values.errors) query.set('status', 'error')
  const minDuration = wholeNumber('min-duration', values['min-duration'], 0, Number.MAX_SAFE_INTEGER)
  if (minDuration !== undefined) query.set('min_duration_ms', String(minDuration))

  const url = values.url ?? DEFAULT_API_URL
  const answer = await ask<{ total: number; traces: TraceSummary[] }>(url, `/api/traces?${query}`)
  if (answer === undefined) throw new CommandError(`${url} is not the API of a local agent`)
  if (values.json) process.stdout.write(`${JSON.stringify(answer.traces, null, 2)}\n`)
  else if (answer.total === 0) process.stdout.write('no traces yet, or none that match\n')
  else {
    process.stdout.write(renderTable(answer.traces, screenOf(process.stdout)))
    const rest = answer.total - answer.traces.length
    if (rest > 0) process.stdout.write(`${rest} more: --limit ${answer.total}\n`)
  }
}
