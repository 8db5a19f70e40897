/** mariadb: queries and prepared statements of connections and pools. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { SQL_OPTIONS } from '../../src/kit/sql/index'
import { patchConnection } from './connection'
import { patchEntry } from './entry'
import { patchInnerPool, patchPool } from './pool'

type Class = { prototype: object }

/** In files that can be required one by one; before 3.0 connections are closures that show nothing of themselves. */
const FILES = '>=3 <3.5.1-0'
const MODULES = '>=3.5.1-0 <4'

/** Loaded before the one in front of it. */
let Inner: Class = { prototype: {} }

function innerPool(Pool: Class, tools: PatchTools): void {
  Inner = Pool
  patchInnerPool(Pool, tools)
}

const pool = (Pool: Class, tools: PatchTools) => patchPool(Pool, Inner, tools)

export default defineIntegration({
  name: 'mariadb',
  doc: 'Queries and prepared statements of MariaDB and MySQL connections and pools.',
  options: SQL_OPTIONS,
  targets: [
    // Nothing to patch in it: applications look here for the flag.
    { module: 'mariadb', versions: FILES, patch() {} },
    { module: 'mariadb', versions: FILES, file: 'lib/connection.js', patch: patchConnection },
    { module: 'mariadb', versions: FILES, file: 'lib/pool.js', patch: innerPool },
    { module: 'mariadb', versions: FILES, file: 'lib/pool-promise.js', patch: pool },
    { module: 'mariadb', versions: MODULES, patch: patchEntry },
    { module: 'mariadb', versions: MODULES, file: 'dist/promise.cjs', patch: patchEntry },
  ],
})
