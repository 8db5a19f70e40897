/** Where the package lies: the bench runs compiled, but what it keeps stands beside the sources. */

import { dirname } from 'node:path'

export const root = dirname(require.resolve('tracer/package.json'))
