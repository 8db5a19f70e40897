/** What a span costs: CPU and garbage from its start until it is on the wire. */

import { join } from 'node:path'
import { Child } from '../harness/child'
import { tracingEnvironment } from '../harness/environment'
import { type Question, type Settings, type Stage, Void } from '../harness/question'
import { profileFile } from '../harness/self-time'
import { Sink } from '../harness/sink'
import type { Window } from '../harness/window'
import { SPANS_PER_TRACE } from '../spans/work'

const TRACES_PER_WINDOW = 10_000
const SPANS_PER_WINDOW = TRACES_PER_WINDOW * SPANS_PER_TRACE

export const spans: Question = {
  name: 'spans',
  title: 'start, 8 tags, finish, encode and send; traces of 10 spans',
  base: 'floor',
  figures: [
    {
      key: 'cpu',
      title: 'CPU of the process, ns a span',
      digits: 0,
      compared: true,
    },
    {
      key: 'garbage',
      title: 'allocated on the heap, bytes a span',
      digits: 0,
      compared: true,
    },
    {
      key: 'gc',
      title: 'pauses of the main thread for the collector (on the wall), ns a span',
      digits: 0,
      compared: false,
    },
    { key: 'wire', title: 'sent, bytes a span', digits: 0, compared: false },
  ],
  subjects: peers => ['floor', 'tracer', 'tracer-site', ...(peers ? ['dd-trace', 'opentelemetry'] : [])],
  open,
}

async function open(settings: Settings): Promise<Stage> {
  const sink = new Sink()
  return {
    start: (subject, generation) => start(sink, settings, subject, generation),
    close: () => sink.close(),
  }
}

async function start(sink: Sink, settings: Settings, subject: string, generation: number) {
  const url = await sink.open()
  const child = new Child(subject, join(__dirname, '../spans/process.js'), {
    args: [subject],
    env: tracingEnvironment(url),
    node: settings.node,
  })
  let windows = 0

  const drive = async (profile?: string) => {
    await sink.reset(url)
    const window = await child.ask<Window>('measure', { traces: TRACES_PER_WINDOW, profile })
    const counts = await sink.arrived(url, SPANS_PER_WINDOW)
    if (counts.spans !== SPANS_PER_WINDOW) {
      throw new Void(`${counts.spans} of ${SPANS_PER_WINDOW} spans arrived`)
    }
    return {
      cpu: (window.cpuUs * 1000) / SPANS_PER_WINDOW,
      garbage: window.allocatedBytes / SPANS_PER_WINDOW,
      gc: (window.gcUs * 1000) / SPANS_PER_WINDOW,
      wire: counts.bytes / SPANS_PER_WINDOW,
    }
  }
  const measure = () => drive(profileFile(settings, spans.name, subject, generation, windows++))
  try {
    // Not counted: in it the code is compiled.
    await drive()
  } catch (error) {
    await child.stop()
    throw error
  }
  return { measure, stop: () => child.stop() }
}
