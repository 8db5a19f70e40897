/** Callbacks for the failure of commands without a span. */

const failures = new WeakMap<object, (error: unknown) => void>()

export function onFailure(command: object, failed: (error: unknown) => void): void {
  failures.set(command, failed)
}

export function tellFailure(command: object, error: unknown): void {
  failures.get(command)?.(error)
  failures.delete(command)
}
