/** The tracer's own requests to the agent, by status or error code. */

import { type Counts, readCounters } from '../../core/tracer-counters'
import type { Recorder, RuntimeMetric } from './metric'

const PREFIX = 'datadog.tracer.node.exporter.agent.'

/** Starts the metric. */
export function exporter(recorder: Recorder): RuntimeMetric {
  let before = counted()
  return {
    collect() {
      const now = counted()
      const responses = newIn(now.responses, before.responses)
      const errors = newIn(now.errors, before.errors)
      before = now
      const [answered, failed] = [total(responses), total(errors)]
      if (answered + failed > 0) recorder.increment(`${PREFIX}requests`, answered + failed)
      if (answered > 0) recorder.increment(`${PREFIX}responses`, answered)
      for (const [status, count] of responses) {
        recorder.increment(`${PREFIX}responses.by.status`, count, { status })
      }
      if (failed > 0) recorder.increment(`${PREFIX}errors`, failed)
      for (const [code, count] of errors) recorder.increment(`${PREFIX}errors.by.code`, count, { code })
    },
  }
}

function counted(): { responses: Counts; errors: Counts } {
  const { responses, errors } = readCounters()
  return { responses, errors }
}

function newIn(now: Counts, before: Counts): [name: string, count: number][] {
  return Object.entries(now)
    .map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)])
    .filter(([, count]) => count > 0)
}

function total(counts: readonly [string, number][]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0)
}
