/** The examples, with the packed package, in a folder of their own: as far as they run without Docker and a cloud. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, cpSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { loadAll } from 'js-yaml'
import { startTestAgent } from '../../src/testing/index'
import { collectorFaults, collectorOf, composeApp, kubernetesApp } from '../support/manifests'
import { packedArchive } from '../support/packed'
import { ROOT } from '../support/programs'
import { runLine, startLine, stopLine } from '../support/shell'
import { temporaryFolder } from '../support/temporary'

const EXAMPLES = join(ROOT, 'examples')
const NODE_ADDRESS = '127.0.0.1'
const folder = temporaryFolder('tracer-examples-')
const at = (...path: string[]): string => join(EXAMPLES, ...path)

interface Manifest {
  dependencies: Record<string, string>
  devDependencies?: Record<string, string>
}

/** Every package that some example needs is installed once, in the folder above the examples. */
before(async () => {
  cpSync(EXAMPLES, folder, { recursive: true })
  const archive = packedArchive()
  copyFileSync(archive.path, join(folder, archive.name))
  const wanted = new Set([`./${archive.name}`])
  for (const name of ['docker-compose', 'jest', 'vitest', 'lambda']) {
    const manifest = JSON.parse(readFileSync(at(name, 'package.json'), 'utf8')) as Manifest
    assert.equal(manifest.dependencies.tracer, `file:./${archive.name}`, name)
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    for (const [dependency, range] of all) if (dependency !== 'tracer') wanted.add(`${dependency}@${range}`)
  }
  await runLine(`npm install ${[...wanted].map(each => `'${each}'`).join(' ')}`, folder)
})

for (const runner of ['jest', 'vitest']) {
  test(`${runner}: its test passes`, async () => {
    await runLine('npm test', join(folder, runner))
  })
}

test('lambda: the span has arrived when the function is frozen', async t => {
  const agent = await startTestAgent()
  t.after(() => agent.close())
  // The last line of the program is SIGKILL.
  await runLine('node invoke.js || [ $? = 137 ]', join(folder, 'lambda'), {
    ...agent.env,
    DD_TRACE_STARTUP_LOGS: 'false',
  })
  agent.assertTrace({ name: 'aws.lambda', resource: 'shop-hello', service: 'shop-hello', error: false })
  const [template] = loadAll(readFileSync(at('lambda', 'template.yaml'), 'utf8')) as [
    {
      Parameters: object
      Resources: { Hello: { Properties: { Handler: string; Layers: { Ref: string }[] } } }
    },
  ]
  const { Handler, Layers } = template.Resources.Hello.Properties
  const [file, name] = Handler.split('.')
  assert.match(readFileSync(at('lambda', `${file}.js`), 'utf8'), new RegExp(`^exports.${name} = `, 'm'))
  for (const { Ref } of Layers) assert.ok(Object.hasOwn(template.Parameters, Ref), Ref)
})

/** Starts the service with the command of its image, sends it a request, and stops it. */
async function runContainer(environment: Readonly<Record<string, string>>): Promise<void> {
  const [, command] = /^CMD (.*)$/m.exec(readFileSync(at('docker-compose', 'Dockerfile'), 'utf8')) ?? []
  const line = (JSON.parse(command) as string[]).join(' ')
  const env = { ...environment, PORT: '0', DD_TRACE_STARTUP_LOGS: 'false' }
  const app = startLine(`exec ${line}`, join(folder, 'docker-compose'), env)
  try {
    assert.ok(app.stdout)
    const [listening] = await once(app.stdout, 'data')
    const [port] = /\d+/.exec(String(listening)) ?? []
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/hello/ada`)).text(), 'hello ada\n')
  } finally {
    await stopLine(app)
  }
}

describe('manifests', () => {
  const agents = ['local-agent', 'datadog-agent']
  for (const [kind, read] of [
    ['docker-compose', (name: string) => composeApp(at('docker-compose', `${name}.yml`))],
    ['kubernetes', (name: string) => kubernetesApp(at('kubernetes', `${name}.yaml`), NODE_ADDRESS)],
  ] as const) {
    for (const name of agents) {
      test(`${kind}, ${name}: the service sends its spans with the environment of the manifest`, async t => {
        const { environment, faults } = read(name)
        assert.deepEqual(faults, [])
        const agent = await startTestAgent()
        t.after(() => agent.close())
        const address = { DD_AGENT_HOST: '127.0.0.1', DD_TRACE_AGENT_PORT: String(agent.port) }
        await runContainer({ ...environment, ...address })
        const span = await agent.waitForSpan({ name: 'express.request', resource: 'GET /hello/:name' })
        assert.deepEqual([span.service, span.meta.version], ['shop', '1.0.0'])
      })
    }

    test(`${kind}, otel-collector: the service sends its spans with the environment of the manifest`, async t => {
      const { environment, faults } = read('otel-collector')
      assert.deepEqual(faults, [])
      const bodies: string[] = []
      const collector = createServer(async (request, response) => {
        const chunks = await request.toArray()
        bodies.push(`${request.url} ${Buffer.concat(chunks).toString('latin1')}`)
        response.end()
      }).listen(0, '127.0.0.1')
      await once(collector, 'listening')
      t.after(() => collector.close())
      const { port } = collector.address() as { port: number }
      const endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/\/.*/, `//127.0.0.1:${port}`)
      await runContainer({ ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
      assert.ok(bodies.some(body => /^\/v1\/traces .*shop.*GET \/hello\/:name/s.test(body)))
    })
  }

  test('the configurations of the collector have the receivers and exporters that they use', () => {
    for (const file of [at('docker-compose', 'collector.yaml'), at('kubernetes', 'otel-collector.yaml')]) {
      const text = basename(file) === 'collector.yaml' ? readFileSync(file, 'utf8') : collectorOf(file)
      assert.deepEqual(collectorFaults(text), [], file)
    }
  })

  test('the image copies files that exist', () => {
    const dockerfile = readFileSync(at('docker-compose', 'Dockerfile'), 'utf8')
    const copied = [...dockerfile.matchAll(/^COPY (.+) \.\/$/gm)].flatMap(([, files]) => files.split(' '))
    assert.deepEqual(copied, ['package.json', packedArchive().name, 'app.js'])
  })
})
