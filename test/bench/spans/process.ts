/** The process of one subject of `spans`: makes traces when it is told to, and says what that cost. */

import { join } from 'node:path'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { serve } from '../harness/serve'
import { openProfile, openWindow } from '../harness/window'
import { SPANS_PER_TRACE, type SpansSubject } from './work'

/**
 * A steady rate, 50 000 spans a second in small bursts: each subject's own timers and limits decide when it sends, as in
 * a service; without pauses no subject could send before the end, and some would drop.
 */
const TRACES_PER_BURST = 50
const BURST_EVERY_MS = 10

const name = process.argv[2] as string
const { create } = require(join(__dirname, name)) as { create(): SpansSubject }
const subject = create()
let serial = 0

serve({
  async measure({ traces, profile }: { traces: number; profile?: string }) {
    const endProfile = profile === undefined ? undefined : await openProfile(profile)
    const end = openWindow()
    await work(traces)
    await subject.flush()
    const window = end()
    await endProfile?.()
    return window
  },
})

async function work(traces: number): Promise<void> {
  const start = performance.now()
  for (let made = 0; made < traces; made += TRACES_PER_BURST) {
    for (let count = 0; count < TRACES_PER_BURST; count++) {
      subject.trace(serial)
      serial += SPANS_PER_TRACE
    }
    const waitMs = start + (made / TRACES_PER_BURST + 1) * BURST_EVERY_MS - performance.now()
    await (waitMs > 1 ? delay(waitMs) : setImmediate())
  }
}
