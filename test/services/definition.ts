/** The definition of a service, of which there is one file each: how tests get a real server. */

/** A program to run. */
export interface Command {
  command: string
  args: string[]
  /** Variables in addition to this process's environment. */
  env?: Record<string, string>
}

/** The unprivileged user as which a server runs; absent unless tests run as root. */
export interface Identity {
  uid: number
  gid: number
}

/** How to run a server from a package's programs: the steps before it, the server, and how it is stopped. */
export interface Launch {
  url: string
  prepare: Command[]
  /** Programs that the server needs as long as it runs; killed when it has ended. */
  beside?: Command[]
  run: Command
  /** Signal that stops the server. SIGKILL is the quickest; the data is thrown away anyway. */
  stopSignal: NodeJS.Signals
}

/** Resources of a launch, which are removed or free again when the server has stopped. */
export interface LaunchPlace {
  /** Directory that holds the server's programs. */
  binaries: string
  /** Empty directory that the server's user owns. */
  dir: string
  /** A loopback port that was free a moment ago. */
  port: number
  /** Returns one more free loopback port. */
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
  /** Resolves when the server at `url` answers and grants what tests need; rejects with the reason otherwise. */
  probe(url: string): Promise<void>
  /** Its entry in `compose.yml`. */
  compose: { port: number; url(hostPort: number): string }
  /** How to run it where there is no Docker engine. */
  program: {
    /** Origin of the programs for the log: `Debian's package`. */
    from: string
    /** Debian packages that contain what `findBinaries` looks for. */
    packages: string[]
    /** System user as which the server runs if tests run as root; by default the user of the tests. */
    user?: string
    /** Returns the directory of the installed programs; undefined if one from `packages` is missing. */
    findBinaries(): string | undefined
    /** Downloads, once, what no Debian package has. Rejects with the reason. */
    fetch?(): Promise<void>
    launch(place: LaunchPlace): Launch | Promise<Launch>
  }
}
