/** `tracer trace ID`: one trace of a local agent as a waterfall or as JSON. */

import type { TraceDetail } from '../agent/api-types'
import { ask, DEFAULT_API_URL } from './client'
import { screenOf } from './terminal'
import { CommandError, parse, UsageError } from './usage'
import { renderWaterfall } from './waterfall'

export const TRACE_HELP = `Usage: tracer trace ID [options]

Shows one trace as a waterfall. ID is a trace id from \`tracer traces\` or from your logs, hexadecimal or decimal.

  --url URL   the agent's API (${DEFAULT_API_URL})
  --json      print JSON
`

/** Runs `tracer trace` with the arguments behind the command. */
export async function trace(argv: string[]): Promise<void> {
  const { values, positionals } = parse(argv, { url: { type: 'string' }, json: { type: 'boolean' } }, true)
  if (positionals.length !== 1) throw new UsageError('give one trace id')
  const [id] = positionals
  if (!/^[\da-f]{1,39}$/i.test(id)) throw new UsageError(`not a trace id: "${id}"`)
  const url = values.url ?? DEFAULT_API_URL
  const found = await ask<TraceDetail>(url, `/api/traces/${id}`)
  if (found === undefined) {
    throw new CommandError(
      `${url} has no trace ${id}: it was not received yet, or evicted; see \`tracer traces\``,
    )
  }
  process.stdout.write(
    values.json ? `${JSON.stringify(found, null, 2)}\n` : renderWaterfall(found, screenOf(process.stdout)),
  )
}
