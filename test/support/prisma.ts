/** The Prisma client of the tests, generated once for each version. */

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installLibraries } from '../libraries/install'
import type { LibrarySet } from '../libraries/sets'
import { runNode } from './programs'

/** Installs the set, and generates its client. */
export async function preparePrisma(set: LibrarySet): Promise<void> {
  await installLibraries([set])
  const schema = join(set.folder, 'schema.prisma')
  if (existsSync(schema)) return
  const isOld = Number.parseInt(set.versions['@prisma/client'], 10) < 7
  const text = `
generator client {
  provider = "prisma-client-js"
  ${isOld ? 'engineType = "client"' : ''}
}
datasource db {
  provider = "postgresql"
  ${isOld ? 'url = "postgresql://unused"' : ''}
}
model User {
  id    Int     @id @default(autoincrement())
  name  String
  email String? @unique
  @@map("prisma_users")
}
`
  const draft = join(set.folder, 'draft.prisma')
  writeFileSync(draft, text)
  const cli = join(set.folder, 'node_modules/prisma/build/index.js')
  // To generate a client takes no engine, but the command fetches those that it is not told of.
  const engines = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_QUERY_ENGINE_LIBRARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  }
  const made = await runNode([cli, 'generate', '--schema', draft], engines, 60_000)
  assert.equal(made.code, 0, made.stdout + made.stderr)
  writeFileSync(schema, text)
}
