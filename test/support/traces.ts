/** Makes finished traces, and adds these to a sink. */

import type { TraceSink } from '../../src/trace/local-trace'
import { Site, type Tags } from '../../src/trace/site'
import { startSpan } from '../../src/trace/start'
import { testRuntime } from './runtime'

const site = new Site({ name: 'test.operation', integration: 'test', type: 'web', kind: 'server' })

/** Ends a trace of `spans` spans; the first has `tags`. */
export function endTrace(sink: TraceSink, tags: Tags = {}, spans = 1): void {
  const runtime = testRuntime({ sink })
  const root = startSpan(runtime, site, undefined, tags)
  for (let index = 1; index < spans; index++) startSpan(runtime, site, root, {}).finish()
  root.finish()
}

/** Ends `count` traces with the tag `index`, counted from `from`. */
export function endTraces(sink: TraceSink, count: number, from = 0, text = ''): void {
  for (let index = 0; index < count; index++) endTrace(sink, { index: from + index, text })
}
