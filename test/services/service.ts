/** Gives a test a real server by name, or skips the test with the reason. */

import type { TestContext } from 'node:test'
import { type Service, unavailableVariable } from './find.js'
import { definitionOf, type ServiceName } from './registry.js'
import { startServices } from './start.js'

const asked = new Map<ServiceName, Promise<Service>>()

/**
 * Returns the service that the test runner named in the environment. In a test file that is run by itself a server is
 * started, which ends with the process. If there is none: `available: false`, and with `CI` set it rejects.
 */
export function service(name: ServiceName): Promise<Service> {
  let answer = asked.get(name)
  if (answer === undefined) {
    answer = ask(name)
    asked.set(name, answer)
  }
  return answer
}

/**
 * Returns the body of a test that needs a service; the test is skipped, with the reason, where it cannot be had.
 *
 * @example
 * test('records a query', withService('postgres', async (t, { url }) => { … }))
 */
export function withService(
  name: ServiceName,
  body: (t: TestContext, service: Service & { available: true }) => void | Promise<void>,
): (t: TestContext) => Promise<void> {
  return async t => {
    const found = await service(name)
    if (found.available) return body(t, found)
    skipWithout(t, found)
  }
}

/** Skips the test and says why; throws where `CI` is set. */
export function skipWithout(t: TestContext, { name, reason }: Service & { available: false }): void {
  failInContinuousIntegration(name, reason)
  t.skip(`no ${name}: ${reason}`)
}

async function ask(name: ServiceName): Promise<Service> {
  const definition = definitionOf(name)
  const { urlVariable } = definition
  const url = process.env[urlVariable]
  const reason = process.env[unavailableVariable(definition)]
  let found: Service | undefined
  // The runner has just probed the server; another probe in each of its processes would only cost time.
  if (url) found = { available: true, name, url, from: urlVariable }
  else if (reason) found = { available: false, name, reason }
  else found = (await startServices([name])).services[0]
  if (found === undefined) throw new Error(`no service is called ${name}`)
  if (!found.available) failInContinuousIntegration(name, found.reason)
  return found
}

function failInContinuousIntegration(name: string, reason: string): void {
  const { CI } = process.env
  if (CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false') {
    throw new Error(`CI must not skip a test, and there is no ${name}: ${reason}`)
  }
}
