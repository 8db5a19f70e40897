/** Settings of `tracer profile`, from its command line. */

export type ProfiledType = 'wall' | 'cpu' | 'space'

export interface ProfileSettings {
  /** Length of the profile; undefined = to the end of the command. */
  seconds: number | undefined
  /** Path of the profile's file. */
  path: string
  type: ProfiledType
  samplesPerSecond: number
}
