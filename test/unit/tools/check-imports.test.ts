/** What `npm run lint` says of the imports of a made-up tree. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../../support/programs'
import { temporaryFolder } from '../../support/temporary'

const FLOORS = `# Map

## Floors

| floor | folder | duty | may import |
|---|---|---|---|
| 0 | \`std/\` | bytes | – |
| 1 | \`core/\` | configuration | std |
| 2 | \`trace/\` | spans | core, std |
| 3 | \`kit/\` | what integrations import | trace, core, std |
| 4 | \`../integrations/\` | one folder for each library | kit |
| – | \`*.ts\`, \`cli/\` | put the parts together | all |
| apart | \`bundlers/\` | plugins | \`index.ts\` |

## Glossary
`

/** Returns the lines that the check prints for a tree of these files. */
function complaints(files: Record<string, string>): string[] {
  const root = temporaryFolder('tracer-imports-')
  for (const [file, text] of Object.entries({ 'src/README.md': FLOORS, ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  for (const folder of ['src', 'integrations', 'test']) mkdirSync(join(root, folder), { recursive: true })
  const check = join(ROOT, 'test', 'tools', 'check-imports.cjs')
  const { status, stderr } = spawnSync(process.execPath, [check, root], { encoding: 'utf8' })
  assert.equal(status, stderr === '' ? 0 : 1, stderr)
  return stderr.split('\n').filter(line => line !== '')
}

/** Every way to write an import of `path`; each fills one line. */
const WAYS = {
  import: (path: string) => `import { a } from '${path}'`,
  'import for its effects': (path: string) => `import '${path}'`,
  'import with the end of the file name': (path: string) => `import { a } from '${path}.js'`,
  'import type': (path: string) => `import type { A } from '${path}'`,
  'export from': (path: string) => `export * from '${path}'`,
  'import of an expression': (path: string) => `const a = await import('${path}')`,
  'import of a type in an expression': (path: string) => `let a: import('${path}').A`,
  'require, typed by an import': (path: string) =>
    `const a = () => require(/* later */ '${path}') as typeof import('${path}')`,
  'import =': (path: string) => `import a = require("${path}")`,
  'a template without a variable': (path: string) => `const a = require(\`${path}\`)`,
}

test('passes a tree whose imports all go down the floors', () => {
  const files = {
    'src/std/bytes.ts': "import { Buffer } from 'node:buffer'",
    'src/core/log.ts': "import { bytes } from '../std/bytes'\nimport { line } from './line'",
    'src/core/line.ts': '',
    'src/kit/index.ts': "import { log } from '../core/log'",
    'src/index.ts': "import { span } from './trace/span'\nimport { main } from './cli/main'",
    'src/trace/span.ts': "/**\n * import tracer from 'tracer'\n */\nimport { log } from '../core/log'",
    'src/cli/main.ts': "import packageJson from '../../package.json'",
    'src/bundlers/esbuild.ts': "import type { Tracer } from '../index'\nimport { build } from 'esbuild'",
    'integrations/pg/index.ts': "import { client } from '../../src/kit/index'",
    'integrations/pg/index.test.ts': "import { span } from '../../src/trace/span'",
  }
  assert.deepEqual(complaints(files), [])
})

for (const [way, write] of Object.entries(WAYS)) {
  test(`refuses an import up the floors: ${way}`, () => {
    const files = { 'src/core/log.ts': `\n${write('../trace/span')}`, 'src/trace/span.ts': '' }
    const refused = [...new Set(complaints(files))]
    assert.deepEqual(refused, [
      'src/core/log.ts:2: may not import src/trace/span.ts; the table of floors in src/README.md allows: std',
    ])
  })

  test(`refuses an import from one integration to another: ${way}`, () => {
    const files = {
      'integrations/mysql2/index.ts': write('../mysql/tags'),
      'integrations/mysql/tags.ts': '',
    }
    const refused = [...new Set(complaints(files))]
    assert.deepEqual(refused, [
      'integrations/mysql2/index.ts:1: an integration may not import another one (integrations/mysql/tags.ts); ' +
        'what they share belongs to src/kit',
    ])
  })

  test(`refuses a circle: ${way}`, () => {
    const files = { 'src/core/a.ts': `\n${write('./b')}`, 'src/core/b.ts': "import type { C } from './c'" }
    assert.deepEqual(complaints({ ...files, 'src/core/c.ts': write('./a') }), [
      'src/core/a.ts:2: imports itself in a circle, types included: ' +
        'src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts',
    ])
  })
}

test('refuses an import of the whole package from a floor', () => {
  assert.deepEqual(complaints({ 'src/core/log.ts': "import tracer from 'tracer'", 'src/index.ts': '' }), [
    'src/core/log.ts:1: may not import src/index.ts; the table of floors in src/README.md allows: std',
  ])
})

test('refuses an import of tests and of files that only a build writes', () => {
  const files = {
    'src/kit/index.ts': "require('../../integrations/manifest.js')\nimport '../../test/support/x'",
  }
  assert.deepEqual(complaints(files), [
    'src/kit/index.ts:1: may not import integrations/manifest.js; ' +
      'the table of floors in src/README.md allows: trace, core, std',
    'src/kit/index.ts:2: may not import test/support/x; ' +
      'the table of floors in src/README.md allows: trace, core, std',
  ])
})

test('an integration may import only the kit', () => {
  const files = {
    'integrations/pg/index.ts': "import { span } from '../../src/trace/span'",
    'src/trace/span.ts': '',
  }
  assert.deepEqual(complaints(files), [
    'integrations/pg/index.ts:1: may not import src/trace/span.ts; ' +
      'the table of floors in src/README.md allows: kit',
  ])
})

test('refuses a folder that the table does not name', () => {
  assert.deepEqual(
    complaints({ 'src/extra/a.ts': "import { log } from '../std/bytes'", 'src/std/bytes.ts': '' }),
    ['src/extra/a.ts:1: no row of the table of floors in src/README.md names this file or its folder'],
  )
})

test('prints each circle once, the shortest through each of its files', () => {
  const files = {
    'test/a.ts': "import './b'",
    'test/b.ts': "import './a'\nimport './c'",
    'test/c.ts': "import './a'",
    'test/d.ts': "import './a'",
  }
  assert.deepEqual(complaints(files), [
    'test/a.ts:1: imports itself in a circle, types included: test/a.ts → test/b.ts → test/a.ts',
    'test/c.ts:1: imports itself in a circle, types included: test/c.ts → test/a.ts → test/b.ts → test/c.ts',
  ])
})
