/** The span of a command, from its start to its end. */

import { activeSpan, type PatchTools, type Span, startSpan, type Tags } from '../../src/kit/index'
import { type Command, scrubArguments, scrubShell } from './scrub'

export interface CommandSpans {
  /** `file` and `args` as Node.js was given them; `command` is the text that a shell runs. */
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

/** A command has come to its end. `isChecked`: the function that started it takes any code but 0 for an error. */
export function ended(span: Span, code: unknown, signal: unknown, isChecked: boolean): void {
  if (typeof code === 'number') span.tags['cmd.exit_code'] = String(code)
  // The messages that Node.js makes have the whole command in them, with its secrets.
  if (isChecked && (code !== 0 || signal)) {
    const message = signal ? `killed by ${signal}` : `exited with code ${code}`
    span.setErrorOnce({ name: 'Error', message })
  }
  span.finish()
}
