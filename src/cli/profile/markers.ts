/** What `tracer profile` and the processes that it profiles agree on. */

/** ms since the epoch at which the profile ends. */
export const UNTIL_VARIABLE = 'TRACER_PROFILE_UNTIL'
/** Where profiles and markers are put. */
export const FOLDER_VARIABLE = 'TRACER_PROFILE_FOLDER'

/** Name of an empty file that says how far a thread is with its profile. */
export function markerOf(state: 'begun' | 'done', pid: number, threadId: number): string {
  return `${state}_${pid}_${threadId}`
}
