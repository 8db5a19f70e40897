/** The options that all SQL integrations share. */

import type { PatchTools } from '../../patch/types'
import { type DbmMode, dbmMode } from '../dbm'
import { guarded } from '../guard'

/** Said of them in the documentation. */
export const SQL_OPTIONS = {
  service: 'Service of the spans; or a function of the connection parameters.',
  truncate: 'Cut the resource: a number of characters, or `true` for 5000.',
  dbmPropagationMode: 'Comments in the SQL; default: the setting of the same name.',
  appendComment: 'Put the comment behind the SQL.',
}

/** What agents cut resources to. */
const DEFAULT_CUT = 5000

export interface SqlOptions<Parameters> {
  serviceOf: ((parameters: Parameters) => unknown) | undefined
  /** Longest resource in characters. */
  cut: number
  mode: DbmMode
  isAppended: boolean
}

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

export function cutText(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, Math.max(0, limit - 3))}...` : text
}
