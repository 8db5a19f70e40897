/** The process of one subject of `dogstatsd`: calls it as fast as it can, or at a rate, and says what that cost. */

import { join } from 'node:path'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { serve } from '../harness/serve'
import { openProfile } from '../harness/window'
import { call, type DogstatsdSubject, type Method } from './work'

/** Calls in one turn of the event loop. */
const PER_TURN = 1000
const TURN_EVERY_MS = 10

const { create } = require(join(__dirname, process.argv[2] as string)) as { create(): DogstatsdSubject }
const subject = create()

export interface Cost {
  /** User and system time of all threads, µs. */
  cpuUs: number
  /** Wall time until everything had left, µs. */
  wallUs: number
}

serve({
  async measure({
    method,
    calls,
    profile,
  }: {
    method: Method
    calls: number
    profile?: string
  }): Promise<Cost> {
    const endProfile = profile === undefined ? undefined : await openProfile(profile)
    const cpu = process.cpuUsage()
    const start = performance.now()
    for (let made = 0; made < calls; made += PER_TURN) {
      call(subject, method, made, made + PER_TURN)
      await setImmediate()
    }
    await subject.flush()
    const wallUs = (performance.now() - start) * 1000
    const { user, system } = process.cpuUsage(cpu)
    await endProfile?.()
    return { cpuUs: user + system, wallUs }
  },

  /** 100 000 calls a second. */
  async pace({ method, calls }: { method: Method; calls: number }) {
    const start = performance.now()
    for (let made = 0; made < calls; made += PER_TURN) {
      call(subject, method, made, made + PER_TURN)
      await delay(start + (made / PER_TURN + 1) * TURN_EVERY_MS - performance.now())
    }
    await subject.flush()
  },
})
