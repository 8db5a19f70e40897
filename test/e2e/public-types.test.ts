/** The types of the packed package, checked by compiling a program against it. */

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/programs'
import { temporaryFolder } from '../support/temporary'

const PROGRAM = `
import tracer, { type InitOptions, type LogEntry, type Span, type SpanContext } from 'tracer'

const options: InitOptions = { service: 'shop', port: '8126', profiling: 'auto', dogstatsd: { prefix: 'shop.' } }
tracer.init(options)
const caller: SpanContext | null = tracer.extract('http_headers', {})
const span: Span = tracer.startSpan('work', { childOf: caller, tags: { id: 7 }, links: [] })
span.setTag('a', [1]).addTags({ b: true }).addEvent('begun', { at: 1 }, Date.now()).setError(new Error('x'))
span.addLink({ context: span.context(), attributes: { kind: 'retry' } }).recordException('handled')
const id: string = span.toTraceId(true) + span.context().toSpanId() + span.toTraceparent()
const seven: number = tracer.trace('work', { resource: id }, (inner, done) => (inner.setTag('x', 1), done(), 7))
tracer.scope().activate(span, () => tracer.inject(tracer.scope().active(), 'text_map', {}))
const entry: LogEntry = { body: seven, span }
tracer.logs.emit(entry)
span.finish()
`

/** Members that the tracer needs of its own spans and contexts, and that no application shall come to depend on. */
const INTERNALS = [
  'idHi',
  'idLo',
  'parentHi',
  'trace',
  'site',
  'tags',
  'durationMs',
  'startTicks',
  'ticksOf',
  'release',
  'setErrorOnce',
]
const CONTEXT_INTERNALS = ['traceHi', 'spanLo', 'priority', 'tracestate', 'propagated']

test('the packed types show what applications call, and nothing of the inside', () => {
  const folder = temporaryFolder('tracer-types-')
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
    stdio: 'pipe',
  })
  const [archive] = readdirSync(folder)
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  execFileSync('tar', ['-xzf', archive], { cwd: folder })
  symlinkSync(join(folder, 'package'), join(folder, 'node_modules', 'tracer'))
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  const hidden = (owner: string, names: string[]) =>
    names.map(name => `// @ts-expect-error: not public\n${owner}.${name}\n`).join('')
  writeFileSync(
    join(folder, 'app.mts'),
    PROGRAM + hidden('span', INTERNALS) + hidden('span.context()', CONTEXT_INTERNALS),
  )
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const compiled = spawnSync(
    process.execPath,
    [
      compiler,
      '--strict',
      '--noEmit',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      'node',
      'app.mts',
    ],
    { cwd: folder, encoding: 'utf8' },
  )
  assert.deepEqual([compiled.stdout, compiled.status], ['', 0])
})
