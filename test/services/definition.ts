/** What one file per service has to say so that tests can have a real server of it. */

/** One program to run, and as whom. */
export interface Command {
  command: string
  args: string[]
  /** Set on top of our own environment. */
  env?: Record<string, string>
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
  /** Programs that the server needs as long as it runs; killed when it has ended. */
  beside?: Command[]
  run: Command
  /** SIGKILL where nothing is lost by it but time: the data is thrown away anyhow. */
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
  /** One more of them. */
  freePort(): Promise<number>
}

/** A service that tests can ask for by name. */
export interface ServiceDefinition {
  name: string
  /**
   * The environment variable that names a server for tests, such as `TEST_POSTGRES_URL`. Without it tests start their
   * own server and touch no other, whatever listens on the usual port.
   */
  urlVariable: string
  /** Resolves when the server at `url` answers and lets us do what tests do; rejects with the reason otherwise. */
  probe(url: string): Promise<void>
  /** Its entry in `compose.yml`. */
  compose: { port: number; url(hostPort: number): string }
  /** How to run it where there is no Docker engine. */
  program: {
    /** Where it comes from, as the log says it: `Debian's package`. */
    from: string
    /** The Debian packages that have what `findBinaries` looks for. */
    packages: string[]
    /** The system user to run as where we are root; ourselves when absent. */
    user?: string
    /** Directory of the installed programs, or undefined when something is absent that `packages` have. */
    findBinaries(): string | undefined
    /** Gets what no Debian package has, once. Rejects with the reason. */
    fetch?(): Promise<void>
    launch(place: LaunchPlace): Launch | Promise<Launch>
  }
}
