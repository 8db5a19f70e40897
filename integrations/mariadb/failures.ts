/** What is to be done when a command fails that has no span. */

const failures = new WeakMap<object, (error: unknown) => void>()

export function onFailure(command: object, failed: (error: unknown) => void): void {
  failures.set(command, failed)
}

export function tellFailure(command: object, error: unknown): void {
  failures.get(command)?.(error)
  failures.delete(command)
}
