/** The process of one subject: does batches of work when it is told to, and serves requests. */

import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { serve } from '../harness/serve'
import { openProfile, openWindow, type Window } from '../harness/window'
import type { ProfilingSubject } from './subject'
import { batch } from './work'

/** Figures of the process at the end of a window. */
export type Measured = Window & { rssBytes: number }

const subject = (
  require(join(__dirname, process.argv[2] as string)) as { install(): ProfilingSubject }
).install()
// Only now: http must not be loaded before the subject.
const { startApp } = require('./app') as typeof import('./app')
const started = startApp(subject)

let endWindow: (() => Window) | undefined
let endProfile: (() => Promise<void>) | undefined
let seed = 0

serve({
  url: () => started,
  async begin(profile: string | undefined) {
    if (profile !== undefined) endProfile = await openProfile(profile)
    endWindow = openWindow()
  },
  /** A turn of the event loop for each batch, as a worker has that takes jobs from a queue. */
  async work(batches: number) {
    for (let done = 0; done < batches; done++) {
      subject.trace('batch', () => batch(seed++))
      await immediate()
    }
  },
  async end(): Promise<Measured | undefined> {
    await subject.flush()
    const window = endWindow?.()
    await endProfile?.()
    return window && { ...window, rssBytes: process.memoryUsage.rss() }
  },
})
