/** Starts a service of `compose.yml` where a Docker engine runs. */

import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { ServiceDefinition } from './definition.js'
import { freePort } from './ports.js'
import { type Supervised, supervise } from './supervise.js'

const run = promisify(execFile)
/** Time-out of the engine: one that is slower is not usable for tests either. */
const ENGINE_TIMEOUT_MS = 5000
/** Time-out of the start, which includes the download of an image. */
const START_TIMEOUT_MS = 180_000

/** Starts the service's container; rejects with the reason where there is no engine, no compose, or no image. */
export async function startByCompose(definition: ServiceDefinition): Promise<Supervised & { url: string }> {
  await run('docker', ['info'], { timeout: ENGINE_TIMEOUT_MS }).catch(() => {
    throw new Error('no Docker engine answers')
  })
  await run('docker', ['compose', 'version'], { timeout: ENGINE_TIMEOUT_MS }).catch(() => {
    throw new Error('docker compose is not installed')
  })
  const file = join(dirname(require.resolve('tracer/package.json')), 'test/services/compose.yml')
  // The project's name carries this process's id, so that two test runs do not share, and then remove, one container.
  const project = `tracer-test-${definition.name}-${process.pid}`
  const compose = ['compose', '-p', project, '-f', file]
  let url = ''
  const server = await supervise(
    {
      dir: mkdtempSync(join(tmpdir(), `tracer-${definition.name}-`)),
      prepare: [],
      run: {
        command: 'docker',
        args: [...compose, 'up', '--no-color', definition.name],
        // Kafka has to know before it starts at which address its clients see it.
        env: { HOST_PORT: String(await freePort()) },
      },
      stopSignal: 'SIGTERM',
      afterwards: [{ command: 'docker', args: [...compose, 'down', '--volumes', '--timeout', '1'] }],
    },
    async () => {
      const answer = await run('docker', [
        ...compose,
        'port',
        definition.name,
        String(definition.compose.port),
      ])
      url = definition.compose.url(Number(answer.stdout.trim().split(':').pop()))
      await definition.probe(url)
    },
    START_TIMEOUT_MS,
  )
  return { ...server, url }
}
