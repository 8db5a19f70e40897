/** Makes a note and a span, then ends in the way that is asked for. */

import { SIGNALS } from '../../../src/signals'
import { createTracer } from '../../../src/tracer'
import { NOTES, type Notes } from './signal'

let notes: Notes | undefined
const row: typeof NOTES = {
  ...NOTES,
  open(config) {
    notes = NOTES.open(config)
    return notes
  },
}
const tracer = createTracer([row, ...SIGNALS]).init()
tracer.startSpan('work').finish()
notes?.note(`from ${process.argv[2]}`)

const ways: Record<string, () => unknown> = {
  end() {},
  exit: () => process.exit(3),
  sigterm() {
    setInterval(() => {}, 1000)
    process.kill(process.pid, 'SIGTERM')
  },
  uncaught() {
    throw new Error('uncaught on purpose')
  },
  flush: () => tracer.flush().then(() => process.kill(process.pid, 'SIGKILL')),
  shutdown: () => tracer.shutdown().then(() => process.kill(process.pid, 'SIGKILL')),
}
void ways[process.argv[2]]()
