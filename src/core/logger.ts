/** The interface of a logger that the application hands to `init()`. */

/** An object that gets the lines of the tracer's own log; lines of a missing level go to `debug`. */
export interface Logger {
  error?: (message: string) => void
  warn?: (message: string) => void
  info?: (message: string) => void
  debug?: (message: string) => void
}
