/** Names that `tracer profile` shares with the processes that it profiles. */

/** Environment variable with the end of the profile, in ms since the epoch. */
export const UNTIL_VARIABLE = 'TRACER_PROFILE_UNTIL'
/** Environment variable with the folder for profiles and markers. */
export const FOLDER_VARIABLE = 'TRACER_PROFILE_FOLDER'

/** Returns the name of the empty file that marks that a thread has begun or written its profile. */
export function markerOf(state: 'begun' | 'done', pid: number, threadId: number): string {
  return `${state}_${pid}_${threadId}`
}
