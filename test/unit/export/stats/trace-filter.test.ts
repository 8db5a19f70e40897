/** Traces that the agent would throw away. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offerOf, UNKNOWN } from '../../../../src/export/stats/offer'
import { TraceFilter } from '../../../../src/export/stats/trace-filter'
import { Site, type Tags } from '../../../../src/trace/site'
import { startSpan } from '../../../../src/trace/start'
import { infoOf } from '../../../support/counting'
import { catchLog } from '../../../support/log-lines'
import { TEST_COMMON, testRuntime } from '../../../support/runtime'

const site = new Site({ name: 'web', kind: 'server', tags: { 'of.site': 'yes' } })

function filterOf(fields: Record<string, unknown>): TraceFilter {
  const offer = offerOf(infoOf({ endpoints: ['/v0.6/stats'], ...fields }))
  assert.ok(offer !== undefined)
  return new TraceFilter(TEST_COMMON, offer)
}

/** Returns whether a trace is rejected whose root has `tags`. */
function rejects(fields: Record<string, unknown>, tags: Tags, resource = 'GET /'): boolean {
  const filter = filterOf(fields)
  const answers: boolean[] = []
  const runtime = testRuntime({
    sink: { add: (trace, spans) => void answers.push(filter.rejects(trace, spans)) },
  })
  const root = startSpan(runtime, site, undefined, tags)
  root.resource = resource
  root.trace.origin = 'rum'
  root.finish()
  return answers[0]
}

const rejecting = (...tags: string[]) => ({ filter_tags: { reject: tags } })
const requiring = (...tags: string[]) => ({ filter_tags: { require: tags } })
const rejectRegex = (...tags: string[]) => ({ filter_tags_regex: { reject: tags } })
const requireRegex = (...tags: string[]) => ({ filter_tags_regex: { require: tags } })
const ignore = (...resources: string[]) => ({ ignore_resources: resources })

const cases: [fields: Record<string, unknown>, tags: Tags, rejected: boolean][] = [
  [rejecting('debug'), { debug: 'no' }, true],
  [rejecting('debug'), { debugger: 'yes' }, false],
  [rejecting('debug:yes'), { debug: 'yes' }, true],
  [rejecting('debug:yes'), { debug: 'yes!' }, false],
  [rejecting('url:http://a:1'), { url: 'http://a:1' }, true],
  [rejecting('a', 'b'), { b: 'x' }, true],
  [rejecting('of.site:yes'), {}, true],
  [rejecting('env:test'), {}, true],
  [rejecting('version:1.2.3'), {}, true],
  [rejecting('_dd.origin:rum'), {}, true],
  // The agent looks at texts only.
  [rejecting('count'), { count: 1 }, false],
  [requiring('team'), {}, true],
  [requiring('team'), { team: 'x' }, false],
  [requiring('team:x', 'zone:1'), { team: 'x' }, true],
  [requiring('team:x', 'zone:1'), { team: 'x', zone: '1' }, false],
  [requiring('team:x'), { team: 'y' }, true],
  [rejectRegex('path:^/health'), { path: '/healthz' }, true],
  [rejectRegex('path:^/health'), { path: '/x/health' }, false],
  [rejectRegex('path:(?i)HEALTH'), { path: '/health' }, true],
  [requireRegex('path:^/api'), { path: '/api/1' }, false],
  [requireRegex('path:^/api'), { path: '/web' }, true],
  [requireRegex('path:^/api'), {}, true],
  [ignore('^GET /$'), {}, true],
  [ignore('^GET /.+$'), {}, false],
  [ignore('x', '(?i)get'), {}, true],
  // Syntax that only Go has.
  [ignore('\\AGET (?i:/)\\z'), {}, true],
  [ignore('^[[:upper:]]+ '), {}, true],
]
for (const [fields, tags, isRejected] of cases) {
  test(`${JSON.stringify(fields)} ${isRejected ? 'rejects' : 'lets through'} a root with ${JSON.stringify(tags)}`, () => {
    assert.equal(rejects(fields, tags), isRejected)
  })
}

test('a root without a resource is judged by its name', () => {
  assert.equal(rejects(ignore('^web$'), {}, ''), true)
})

test('an expression that cannot be read is logged and left out; the others are used', () => {
  const lines = catchLog('warn')
  assert.equal(rejects(ignore('(', '^GET'), {}), true)
  assert.equal(rejects(rejectRegex('a:['), { a: '[' }), false)
  assert.deepEqual(lines, [
    "warn: the agent filters traces by '(', which cannot be read; not used (error parsing regexp: missing closing ): `(`)",
    "warn: the agent filters traces by '[', which cannot be read; not used (error parsing regexp: missing closing ]: `[`)",
  ])
  catchLog('off')
})

test('there is no filter for an agent that filters nothing', () => {
  assert.equal(filterOf({}).isActive, false)
  assert.equal(new TraceFilter(TEST_COMMON, UNKNOWN).isActive, false)
  assert.equal(
    filterOf({ filter_tags: null, filter_tags_regex: { reject: 'text' }, ignore_resources: {} }).isActive,
    false,
  )
  assert.equal(filterOf(rejecting('x')).isActive, true)
})

test('chunks after the root are treated like the root, also when it has been released', () => {
  for (const tags of [{ debug: 'yes' }, {}]) {
    const filter = filterOf(rejecting('debug'))
    const answers: boolean[] = []
    const runtime = testRuntime({
      partialFlushMinSpans: 1,
      sink: { add: (trace, spans) => void answers.push(filter.rejects(trace, spans)) },
    })
    const root = startSpan(runtime, site, undefined, tags)
    startSpan(runtime, site, root, {}).finish()
    root.finish()
    startSpan(runtime, site, root, {}).finish()
    const expected = 'debug' in tags
    assert.deepEqual(answers, [expected, expected, expected])
  }
})
