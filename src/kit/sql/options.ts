/** The options that all SQL integrations share. */

import type { PatchTools } from '../../patch/types'
import { type DbmMode, dbmMode } from '../dbm'
import { guarded } from '../guard'

/** Documentation of the options. */
export const SQL_OPTIONS = {
  service: 'Service name of the spans, or a function that returns it for the connection parameters.',
  truncate: 'Longest resource name in characters; `true` = 5000. Default: not cut.',
  dbmPropagationMode: 'What SQL comments say for database monitoring; default: `DD_DBM_PROPAGATION_MODE`.',
  appendComment: 'Append the comment to the statement, not prepend it; default false.',
}

/** Length to which agents cut resources. */
const DEFAULT_CUT = 5000

/** Parsed options. */
export interface SqlOptions<Parameters> {
  serviceOf: ((parameters: Parameters) => unknown) | undefined
  /** Longest resource in characters. */
  cut: number
  mode: DbmMode
  isAppended: boolean
}

/** Parses the options of an integration. */
export function readSqlOptions<Parameters>({ state, config }: PatchTools): SqlOptions<Parameters> {
  const { service, truncate, dbmPropagationMode, appendComment } = state.options
  return {
    serviceOf:
      typeof service === 'function'
        ? guarded(`${state.name} service`, service as (parameters: Parameters) => unknown, undefined)
        : undefined,
    cut: typeof truncate === 'number' ? truncate : truncate === true ? DEFAULT_CUT : Number.POSITIVE_INFINITY,
    mode: dbmMode(dbmPropagationMode, config),
    isAppended: appendComment === true,
  }
}

/** Cuts a text to `limit` characters, the last three of which are dots. */
export function cutText(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, Math.max(0, limit - 3))}...` : text
}
