/** Settings of `tracer profile`, from its command line. */

/** What is profiled; `cpu` is the profile of `wall` with CPU time as the default type. */
export type ProfiledType = 'wall' | 'cpu' | 'space'

/** Settings of one profile. */
export interface ProfileSettings {
  /** Length of the profile; undefined = to the end of the command. */
  seconds: number | undefined
  /** Path of the profile's file. */
  path: string
  type: ProfiledType
  samplesPerSecond: number
}
