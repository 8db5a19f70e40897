/** Finds out whether a program was given names of settings that the tracer does not know. */

import { type Config, optionKeys, variableNames } from './resolve'
import { switchVariable } from './switches'
import type { Switchable } from './unknown/warnings'

/**
 * Variables that stand beside those of the tracer in many programs, and are meant for others: nothing is loaded for
 * these.
 */
const OF_OTHERS =
  /^(DATADOG_\w+|DD_(API_KEY|APP_KEY|SITE|URL|HOSTNAME|LAMBDA_HANDLER|INSTRUMENTATION_INSTALL_\w+))$/

/**
 * Returns a warning for each kind of unknown name. A start with known names pays for this comparison only: the code
 * that finds the nearest name, and the names of dd-trace, are loaded when a name is not known.
 */
export function warningsOfUnknown(config: Config, integrations: readonly Switchable[]): string[] {
  const { unknownOptions, unknownVariables } = config
  if (unknownOptions.length === 0 && unknownVariables.length === 0) return []
  const switches = integrations.map(({ name }) => switchVariable(name))
  const variables = unknownVariables.filter(name => !switches.includes(name) && !OF_OTHERS.test(name))
  if (unknownOptions.length === 0 && variables.length === 0) return []
  const { warningsOf } = require('./unknown/warnings') as typeof import('./unknown/warnings')
  return warningsOf(variables, unknownOptions, {
    variables: variableNames(),
    options: optionKeys(),
    integrations,
  })
}
