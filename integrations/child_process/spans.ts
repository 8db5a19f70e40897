/** The span of a command, from its start to its end. */

import { activeSpan, type PatchTools, type Span, startSpan, type Tags } from '../../src/kit/index'
import { type Command, scrubArguments, scrubShell } from './scrub'

export interface CommandSpans {
  /** Starts the span of a command: `file` and `args` as given to Node.js; `command` is the text that a shell runs. */
  program(file: string, args: readonly string[]): Span
  shell(command: string): Span
}

export function commandSpans(tools: PatchTools): CommandSpans {
  const site = tools.site({ name: 'command_execution', type: 'system', component: 'subprocess' })
  const start = (resource: string, tags: Tags): Span => {
    const span = startSpan(tools.runtime, site.site, activeSpan(), tags)
    span.resource = resource
    return span
  }
  return {
    program(file, args) {
      const command = scrubArguments(file, args)
      return start(file, { 'cmd.exec': command.text, ...common(command) })
    },
    shell(text) {
      const command = scrubShell(text)
      return start('sh', { 'cmd.shell': command.text, ...common(command) })
    },
  }
}

function common({ isTruncated }: Command): Tags {
  return { 'cmd.truncated': isTruncated ? 'true' : undefined, 'cmd.exit_code': undefined }
}

/** Ends the span of a command. `isChecked`: the function that started it treats any code but 0 as an error. */
export function endCommand(span: Span, code: unknown, signal: unknown, isChecked: boolean): void {
  if (typeof code === 'number') span.tags['cmd.exit_code'] = String(code)
  // Error messages of Node.js contain the whole command, with its secrets.
  if (isChecked && (code !== 0 || signal)) {
    const message = signal ? `killed by ${signal}` : `exited with code ${code}`
    span.setErrorOnce({ name: 'Error', message })
  }
  span.finish()
}
