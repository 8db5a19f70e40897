/** Callbacks for the failure of commands without a span. */

const failures = new WeakMap<object, (error: unknown) => void>()

/** Registers a callback for the failure of a command. */
export function onFailure(command: object, failed: (error: unknown) => void): void {
  failures.set(command, failed)
}

/** Calls the callback of a failed command, if it has one. */
export function tellFailure(command: object, error: unknown): void {
  failures.get(command)?.(error)
  failures.delete(command)
}
