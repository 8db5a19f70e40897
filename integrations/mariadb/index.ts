/** mariadb: queries and prepared statements of connections and pools. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { SQL_OPTIONS } from '../../src/kit/sql/index'
import { patchConnection } from './connection'
import { patchEntry } from './entry'
import { patchInnerPool, patchPool } from './pool'

type Class = { prototype: object }

/** Versions with files that can be required one by one. Before 3.0, connections are closures that cannot be reached. */
const FILES = '>=3 <3.5.1-0'
const MODULES = '>=3.5.1-0 <4'

/** The class of internal pools; its file is loaded before that of the public ones. */
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
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'mariadb', versions: FILES, patch() {} },
    { module: 'mariadb', versions: FILES, file: 'lib/connection.js', patch: patchConnection },
    { module: 'mariadb', versions: FILES, file: 'lib/pool.js', patch: innerPool },
    { module: 'mariadb', versions: FILES, file: 'lib/pool-promise.js', patch: pool },
    { module: 'mariadb', versions: MODULES, patch: patchEntry },
    { module: 'mariadb', versions: MODULES, file: 'dist/promise.cjs', patch: patchEntry },
  ],
})
