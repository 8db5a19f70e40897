/**
 * Starts real servers, or takes those that the environment names, and says in environment variables where they are.
 */

import { installPackages } from './apt.js'
import { look, run, type Service, unavailableVariable } from './find.js'
import { definitionOf, type ServiceName } from './registry.js'

/** The result of {@link startServices}; `env` is for the processes that run tests. */
export interface Services {
  env: Record<string, string>
  services: Service[]
  stop(): Promise<void>
}

export interface StartOptions {
  /** The environment that may name addresses. */
  from?: NodeJS.ProcessEnv
  /** Is called with a line for each service, whether available or not. */
  progress?(line: string): void
}

/**
 * Gives each named service, all at once: the server that its `TEST_*_URL` names, else one started by Docker, else one
 * started from its programs, which are installed where this process is root. A server that happens to listen on a
 * service's usual port is never used. Never rejects: a service that cannot be had is `available: false` with every
 * reason. Started servers run until `stop()` or the end of this process.
 *
 * @example
 * const { env, stop } = await startServices(['postgres'])
 * spawn(process.execPath, ['--test', file], { env: { ...process.env, ...env } })
 */
export async function startServices(
  names: readonly ServiceName[],
  { from = process.env, progress = () => {} }: StartOptions = {},
): Promise<Services> {
  const begun = performance.now()
  const looked = await Promise.all(
    names.map(definitionOf).map(async definition => ({ definition, ...(await look(definition, from)) })),
  )
  // Docker's servers have started by now, so that one run of the package manager covers all that is still missing.
  const missing = looked
    .filter(({ found, definition }) => found === undefined && definition.program.findBinaries() === undefined)
    .map(({ definition }) => definition)
  if (missing.length > 0) progress(`installing programs: ${missing.map(({ name }) => name).join(', ')}`)
  const installed =
    missing.length > 0 ? installPackages(missing.map(({ program }) => program.packages)) : Promise.resolve()

  const env: Record<string, string> = {}
  const found = await Promise.all(
    looked.map(async ({ definition, found: already, reasons }) => {
      const one = already ?? (await run(definition, reasons, installed))
      const { service } = one
      const seconds = Math.round((performance.now() - begun) / 1000)
      const state = service.available ? `from ${service.from}` : `unavailable: ${service.reason}`
      progress(`${service.name}: ${state}, ${seconds} s`)
      if (service.available) env[definition.urlVariable] = service.url
      else env[unavailableVariable(definition)] = service.reason
      return one
    }),
  )
  return {
    env,
    services: found.map(({ service }) => service),
    stop: async () => {
      await Promise.all(found.map(({ server }) => server?.stop()))
    },
  }
}
