/** The process of one subject of `express-pg`: the application, with the subject installed before it is loaded. */

import { join } from 'node:path'
import { serve } from '../harness/serve'
import { openProfile, openWindow, type Window } from '../harness/window'
import type { Traced } from './traced'

const [name = 'none', databaseUrl = ''] = process.argv.slice(2)
const subject = (require(join(__dirname, name)) as { install(): Traced }).install()
// Only now: express and pg must not be loaded before the subject.
const { startApp } = require('./app') as typeof import('./app')
const started = startApp(databaseUrl)

let endWindow: (() => Window) | undefined
let endProfile: (() => Promise<void>) | undefined

serve({
  url: () => started,
  async begin(profile: string | undefined) {
    if (profile !== undefined) endProfile = await openProfile(profile)
    endWindow = openWindow()
  },
  async end() {
    await subject.flush()
    const window = endWindow?.()
    await endProfile?.()
    return window
  },
})
