/** The profiler's add-on for the Node that runs the tests. */

import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { installPackages } from '../services/apt.js'

const run = promisify(execFile)
const BUILD = join(dirname(require.resolve('tracer/package.json')), 'native', 'build.cjs')

/**
 * Compiles the add-on unless it is up to date. A missing compiler is installed if this process is root. Without one the
 * tests of the profiler fail where CI is set, as it is for them to say everywhere else.
 */
export async function compileAddOn(progress: (line: string) => void): Promise<void> {
  const compile = () => run(process.execPath, [BUILD, '--strict'])
  try {
    await compile().catch(async error => {
      if (!/no compiler/.test(error.stderr)) throw error
      await installPackages([['g++']])
      await compile()
    })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    if (process.env.CI) throw new Error(stderr || message)
    progress(`the profiler's add-on is not there: ${message.split('\n')[0]}`)
  }
}
