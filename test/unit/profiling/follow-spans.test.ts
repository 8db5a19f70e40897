import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { configureLog } from '../../../src/core/log'
import { type Following, followSpans } from '../../../src/profiling/follow-spans'
import { runWithLabels } from '../../../src/profiling/labels'
import { SLOT } from '../../../src/profiling/span-slot'
import { runInSpan } from '../../../src/trace/context'
import { Scope } from '../../../src/trace/scope'
import { Site } from '../../../src/trace/site'
import type { Span } from '../../../src/trace/span'
import { startSpan } from '../../../src/trace/start'
import { binding } from '../../support/profiled'
import { ROOT, runNode } from '../../support/programs'
import { testRuntime } from '../../support/runtime'

const MAJOR = Number.parseInt(process.versions.node, 10)
const HAS_CONTEXT_FRAME = MAJOR >= 24
const MODES = HAS_CONTEXT_FRAME ? (['async-context', 'slot'] as const) : (['slot'] as const)
const site = new Site({ name: 'work' })
const addOn = binding()
let following: Following | undefined

afterEach(() => {
  following?.stop()
  following = undefined
})

function follow(mode: 'async-context' | 'slot'): void {
  following = followSpans(addOn, { endpoints: true, useAsyncContext: mode === 'async-context' })
  assert.equal(following.mode, mode)
}

const start = (parent?: Span): Span => startSpan(testRuntime(), site, parent, {})

/** Returns what a sample taken now would carry: span, local root and labels. */
function seen(mode: 'async-context' | 'slot'): number[] {
  if (mode === 'async-context') addOn.readAsyncContext()
  const words = addOn.slot
  assert.equal(words[SLOT.busy], 0)
  return [...words.subarray(SLOT.spanHi)]
}

const wordsOf = (span: Span): number[] => {
  const root = span.trace.root as Span
  return [span.idHi, span.idLo, root.idHi, root.idLo, 0]
}
const NOTHING = [0, 0, 0, 0, 0]

for (const mode of MODES) {
  const see = (): number[] => seen(mode)

  test(`${mode}: the active span is seen, with nested spans and across await`, async () => {
    follow(mode)
    const root = start()
    const child = start(root)
    await runInSpan(
      root,
      async () => {
        assert.deepEqual(see(), wordsOf(root))
        runInSpan(child, () => assert.deepEqual(see(), wordsOf(child)), undefined, [])
        assert.deepEqual(see(), wordsOf(root))
        const inner = runInSpan(
          child,
          async () => {
            await setImmediate()
            assert.deepEqual(see(), wordsOf(child))
          },
          undefined,
          [],
        )
        await null
        assert.deepEqual(see(), wordsOf(root))
        await inner
        assert.deepEqual(see(), wordsOf(root))
        runInSpan(undefined, () => assert.deepEqual(see(), NOTHING), undefined, [])
      },
      undefined,
      [],
    )
    assert.deepEqual(see(), NOTHING)
  })

  test(`${mode}: a span that has finished is not seen, at once and later`, async () => {
    follow(mode)
    const span = start()
    await runInSpan(
      span,
      async () => {
        span.finish()
        assert.deepEqual(see(), NOTHING)
        await setImmediate()
        assert.deepEqual(see(), NOTHING)
        runInSpan(span, () => assert.deepEqual(see(), NOTHING), undefined, [])
      },
      undefined,
      [],
    )
  })

  test(`${mode}: the span is seen in a function that throws, and the enclosing one afterwards`, () => {
    follow(mode)
    const outer = start()
    runInSpan(
      outer,
      () => {
        const fail = (): never => {
          assert.deepEqual(see(), wordsOf(start(outer)).with(0, see()[0]).with(1, see()[1]))
          throw new Error('meant')
        }
        assert.throws(() => runInSpan(start(outer), fail, undefined, []), /meant/)
        assert.deepEqual(see(), wordsOf(outer))
      },
      undefined,
      [],
    )
  })

  test(`${mode}: labels are seen with and without a span`, async () => {
    follow(mode)
    const span = start()
    const id = runWithLabels({ tenant: 'a' }, () => see()[4])
    assert.ok(id > 0)
    await runInSpan(
      span,
      () =>
        runWithLabels({ tenant: 'a' }, async () => {
          await setImmediate()
          assert.deepEqual(see(), wordsOf(span).with(4, id))
          runWithLabels({ tenant: 'b' }, () => assert.notEqual(see()[4], id))
          assert.deepEqual(see(), wordsOf(span).with(4, id))
        }),
      undefined,
      [],
    )
    assert.deepEqual(see(), NOTHING)
  })

  test(`${mode}: objects that are not spans are not seen`, () => {
    follow(mode)
    const odd = [{}, { idHi: 1, idLo: 2 }, () => {}, 'text', 3, null]
    for (const value of odd) {
      new Scope().activate(value as Span, () => assert.deepEqual(see(), NOTHING))
    }
  })

  test(`${mode}: nothing is written after stop()`, () => {
    follow(mode)
    following?.stop()
    addOn.slot.fill(0)
    runInSpan(start(), () => assert.deepEqual(seen('slot'), NOTHING), undefined, [])
  })
}

const NO_CONTEXT_FRAME = 'this Node.js has no AsyncContextFrame'

test('async-context: a span that the collector moves is found again', {
  skip: HAS_CONTEXT_FRAME ? false : NO_CONTEXT_FRAME,
}, () => {
  follow('async-context')
  const spans = Array.from({ length: 1000 }, () => start())
  const garbage: unknown[] = []
  for (const span of spans) {
    runInSpan(
      span,
      () => {
        for (let i = 0; i < 1000; i++) garbage[i] = { i, text: `text ${i}` }
        assert.deepEqual(seen('async-context'), wordsOf(span))
      },
      undefined,
      [],
    )
  }
})

test('async-context: a span is found among some 60 storages, and not among more', {
  skip: HAS_CONTEXT_FRAME ? false : NO_CONTEXT_FRAME,
}, () => {
  follow('async-context')
  const span = start()
  let wanted = wordsOf(span)
  let crowd = () => assert.deepEqual(seen('async-context'), wanted)
  const others = Array.from({ length: 64 }, () => new AsyncLocalStorage<number>())
  const enter = (other: AsyncLocalStorage<number>): void => {
    const inner = crowd
    crowd = () => other.run(1, inner)
  }
  // The test runner has storages of its own.
  others.slice(0, 60).forEach(enter)
  runInSpan(span, crowd, undefined, [])
  wanted = NOTHING
  others.slice(60).forEach(enter)
  runInSpan(span, crowd, undefined, [])
})

test('async-context: a span that has become another kind of object is not seen', {
  skip: HAS_CONTEXT_FRAME ? false : NO_CONTEXT_FRAME,
}, () => {
  follow('async-context')
  const slow = start() as Span & Record<string, unknown>
  for (let i = 0; i < 1500; i++) slow[`extra ${i}`] = i
  delete (slow as Partial<Span>).service
  const odd = [slow, Object.setPrototypeOf(start(), {})]
  for (const span of odd)
    runInSpan(span, () => assert.deepEqual(seen('async-context'), NOTHING), undefined, [])
})

for (const [flags, from, mode] of [
  [['--experimental-async-context-frame'], 22, 'async-context'],
  [['--no-async-context-frame'], 24, 'slot'],
  [[], 20, HAS_CONTEXT_FRAME ? 'async-context' : 'slot'],
] as const) {
  const applies = flags[0]?.startsWith('--exp') ? MAJOR === from : flags.length === 0 || MAJOR === from
  test(`node ${flags.join(' ')}: ${mode}`, { skip: applies ? false : 'not of this Node.js' }, async () => {
    const code = `const { followSpans } = require('./dist/src/profiling/follow-spans.js')
      const { loadBinding } = require('./dist/src/profiling/binding.js')
      process.stdout.write(followSpans(loadBinding(), { endpoints: true, useAsyncContext: true }).mode)`
    const ended = await runNode([...flags, '-e', code])
    assert.deepEqual([ended.stdout, ended.stderr], [mode, ''], ROOT)
  })
}

test('an async context that cannot be read is logged once at debug level', {
  skip: HAS_CONTEXT_FRAME && 'this Node.js has an AsyncContextFrame, which is learned',
}, () => {
  const said: string[] = []
  const debug = (text: string): void => void said.push(text)
  configureLog({ logLevel: 'debug', debug: false, logger: { debug, info: debug, warn: debug, error: debug } })
  following = followSpans(addOn, { endpoints: true, useAsyncContext: true })
  configureLog({ logLevel: 'off', debug: false })
  assert.equal(following.mode, 'slot')
  assert.equal(said.length, 1)
  assert.match(said[0], /not read out of the async context/)
})
