/** What the README tells a reader to do, read out of it and done in an empty folder, ends with a traced application. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { packedArchive } from '../support/packed'
import { ROOT } from '../support/programs'
import { freePort, runLine, startLine, stopLine } from '../support/shell'
import { temporaryFolder } from '../support/temporary'
import { blocksOf, sectionOf } from '../tools/pages'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** Returns the lines of the shell blocks below a heading. */
function linesBelow(heading: string): string[] {
  const blocks = blocksOf('README.md', sectionOf(readme, heading)).filter(({ language }) => language === 'sh')
  return blocks.flatMap(({ code }) => code.trim().split('\n'))
}

test('the lines of "Install" and "60 seconds" end with a trace', async t => {
  const folder = temporaryFolder('tracer-reader-')
  const [dependencies, pack, ...install] = linesBelow('Install')
  // The checkout is built, and its dependencies are there: to do it again would take them from the other tests.
  assert.deepEqual([dependencies, pack], ['npm ci', 'npm pack'])
  const archive = packedArchive()
  copyFileSync(archive.path, join(folder, archive.name))
  for (const line of install) await runLine(line, folder)

  const [program] = blocksOf('README.md', sectionOf(readme, '60 seconds'))
  writeFileSync(join(folder, 'app.js'), program.code)
  const [express, agent, app, request, pause, traces] = linesBelow('60 seconds')
  assert.equal(pause, 'sleep 3')
  await runLine(express, folder)

  // The ports of the README may be taken on this machine.
  const localAgent = startLine(agent.replace(/ &$/, ' --port 0 --api-port 0 --json'), folder)
  t.after(() => stopLine(localAgent))
  assert.ok(localAgent.stdout)
  const [addresses] = await once(localAgent.stdout, 'data')
  const { url, apiUrl } = JSON.parse(String(addresses)) as { url: string; apiUrl: string }
  const port = await freePort()
  const env = { DD_TRACE_AGENT_URL: url, DD_TRACE_STARTUP_LOGS: 'false', PORT: String(port) }
  const running = startLine(app.replace(/ &$/, ''), folder, env)
  t.after(() => stopLine(running))
  const patiently = '--silent --show-error --retry 30 --retry-delay 1'
  assert.equal(await runLine(`${request.replace('3000', String(port))} ${patiently}`, folder), 'hello ada\n')

  const deadline = Date.now() + 30_000
  let seen = ''
  while (!seen.includes('GET /hello/:name') && Date.now() < deadline)
    seen = await runLine(`${traces} --url ${apiUrl}`, folder)
  assert.match(seen, /shop +GET \/hello\/:name .* 1 +ok/)
})

test('a scoped package under the alias "tracer" is loaded as tracer', async t => {
  const [alias] = /"npm:@scope\/name@[\d.]+"/.exec(readme) ?? []
  assert.ok(alias)
  const { path } = packedArchive()
  const registry = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) return response.end(readFileSync(path))
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const { version, bin, exports } = manifest
    // Its dependencies are no matter here.
    const dist = { tarball: `http://${request.headers.host}/name-${version}.tgz` }
    const packument = {
      name: '@scope/name',
      'dist-tags': { latest: version },
      versions: { [version]: { name: '@scope/name', version, bin, exports, dist } },
    }
    return response.end(JSON.stringify(packument))
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  t.after(() => registry.close())
  const { port } = registry.address() as { port: number }

  const folder = temporaryFolder('tracer-alias-')
  writeFileSync(join(folder, 'package.json'), `{ "private": true, "dependencies": { "tracer": ${alias} } }`)
  await runLine(`npm install --@scope:registry=http://127.0.0.1:${port}`, folder)
  const program = `console.log(typeof require('tracer/ext').tags.SERVICE_NAME, require.resolve('tracer'))`
  const printed = await runLine(`node -e "${program}"`, folder)
  assert.match(printed, /^string .*node_modules\/tracer\/lib\/index\.js\n$/)
  assert.match(await runLine('npx tracer --version', folder), /^\d+\.\d+\.\d+\n$/)
})
