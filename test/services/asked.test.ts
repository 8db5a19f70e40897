/** The services that a run starts are those that its files ask for. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { servicesAskedBy } from './asked'

/** Returns the services that a compiled test file with this text asks for. */
function askedBy(text: (shared: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'tracer-asked-'))
  const file = join(folder, 'x.test.js')
  writeFileSync(file, text(relative(folder, join(__dirname, '..'))))
  try {
    return servicesAskedBy([file])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a service is named in the test file', () => {
  assert.deepEqual(
    askedBy(() => "test('x', (0, service_1.withService)('redis', async () => {}))"),
    ['redis'],
  )
  assert.deepEqual(
    askedBy(() => "(0, programs_1.programs)('x', { service: 'kafka' })"),
    ['kafka'],
  )
})

test('a service is named in a file that the test file requires', () => {
  assert.deepEqual(
    askedBy(shared => `require("${shared}/support/mysql-drivers")`),
    ['mariadb'],
  )
})

test('a file that asks for no service has none, whatever words are in it', () => {
  assert.deepEqual(
    askedBy(shared => `require("${shared}/services/registry"); const type = 'redis'`),
    [],
  )
})
