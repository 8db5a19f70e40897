/** What one file per service has to say so that tests can have a real server of it. */

/** One program to run, and as whom. */
export interface Command {
  command: string
  args: string[]
}

/** The unprivileged user a server runs as; absent where we are not root ourselves. */
export interface Identity {
  uid: number
  gid: number
}

/** How to run a server out of a package's binaries: the steps before it, itself, and how it is asked to stop. */
export interface Launch {
  url: string
  prepare: Command[]
  run: Command
  stopSignal: NodeJS.Signals
}

/** What a launch may use: all of it is removed or free again when the server has stopped. */
export interface LaunchPlace {
  /** Directory that holds the server's programs. */
  binaries: string
  /** Empty directory that the server's user owns. */
  dir: string
  /** A loopback port that was free a moment ago. */
  port: number
}

/** A service that tests can ask for by name. */
export interface ServiceDefinition {
  name: string
  /** The environment variable that hands its address to tests, such as `TEST_POSTGRES_URL`. */
  urlVariable: string
  /** Where a server usually answers when nobody says anything else. */
  usualUrl(env: NodeJS.ProcessEnv): string
  /** Resolves when the server at `url` answers and lets us do what tests do; rejects with the reason otherwise. */
  probe(url: string): Promise<void>
  /** Its entry in `compose.yml`. */
  compose: { port: number; url(hostPort: number): string }
  /** Its Debian package. */
  debian: {
    packages: string[]
    /** The system user to run as where we are root. */
    user: string
    /** Directory of the installed programs, or undefined when the package is absent. */
    findBinaries(): string | undefined
    launch(place: LaunchPlace): Launch
  }
}
