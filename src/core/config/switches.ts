/** `DD_TRACE_<NAME>_ENABLED`: variables that switch one integration. */

import type { Notes } from './notes'
import type { TextSource } from './stable-files'

const SWITCH = /^DD_TRACE_(\w+)_ENABLED$/

/** Returns the part `<NAME>` of the variable for an integration or a module: `AWS_SDK` for `aws-sdk`. */
export function switchName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}

/** Returns the variable that switches an integration. */
export function switchVariable(integration: string): string {
  return `DD_TRACE_${switchName(integration)}_ENABLED`
}

/**
 * Reads all switches, by `<NAME>`. `isRow` says whether a variable belongs to a row, whose value is not judged here.
 */
export function readSwitches(
  sources: readonly TextSource[],
  isRow: (variable: string) => boolean,
  notes: Notes,
): Map<string, boolean> {
  const switches = new Map<string, boolean>()
  for (const { variables } of sources.toReversed()) {
    for (const name of Object.keys(variables)) {
      // Most variables have another beginning, and this is cheaper than the expression.
      if (!name.startsWith('DD_TRACE_')) continue
      const match = SWITCH.exec(name)
      const text = match === null ? undefined : variables[name]
      if (match === null || !text) continue
      const lower = text.trim().toLowerCase()
      if (/^(true|1|false|0)$/.test(lower)) switches.set(match[1], lower === 'true' || lower === '1')
      else if (!isRow(name)) notes.badSwitch(name, text)
    }
  }
  return switches
}
