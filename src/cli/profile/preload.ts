/** Preloaded into the processes of `tracer profile --seconds N COMMAND`; ends their profiles when the time is over. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { FOLDER_VARIABLE, markerOf, UNTIL_VARIABLE } from './markers'

const leftMs = Number(process.env[UNTIL_VARIABLE]) - Date.now()
const folder = process.env[FOLDER_VARIABLE]

if (folder !== undefined && leftMs > 0) {
  const mark = (state: 'begun' | 'done'): void => {
    try {
      writeFileSync(join(folder, markerOf(state, process.pid, threadId)), '')
    } catch {
      // The command that asked for the profile is gone.
    }
  }
  mark('begun')
  setTimeout(() => {
    const tracer = require('../../index.js') as typeof import('../../index')
    void tracer.default.profiling.stop().then(() => mark('done'))
  }, leftMs).unref()
} else {
  // A process that starts after the end of the profile is not profiled.
  process.env.DD_PROFILING_ENABLED = 'false'
}
