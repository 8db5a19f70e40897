/** Helpers of the tests of MySQL drivers: servers, connections and configuration. */

import type { ServiceName } from '../services/registry'

export const MARIADB: ServiceName = 'mariadb'

/** Returns the arguments of a callback in the style of Node.js that is given last. */
export function called(fn: (callback: (...args: unknown[]) => void) => void): Promise<unknown[]> {
  return new Promise(resolve => fn((...args) => resolve(args)))
}
