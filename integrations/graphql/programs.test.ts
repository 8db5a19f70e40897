/** Whole programs with the tracer: graphql as its users have it, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

programs('graphql', {
  check(spans) {
    const named = (name: string) => spans.filter(span => span.name === name)
    const executed = named('graphql.execute')
    assert.deepEqual(
      executed.slice(0, 5).map(span => [span.resource, span.error]),
      [
        ['{now plain}', 0],
        ['query Later{later}', 0],
        ['query Friends($n:Int){friends(count:$n){age name}}', 0],
        ['query Broken{now rejected wrong}', 1],
        ['query B{later}', 0],
      ],
    )
    assert.deepEqual(
      named('graphql.resolve').map(span => span.resource),
      [
        'now:String',
        'later:String',
        'friends:[Friend!]',
        'now:String',
        'wrong:String',
        'rejected:String',
        'later:String',
        'first:Int',
        'second:Int',
        'now:String',
        'now:String',
      ],
    )
    assert.equal(named('graphql.parse').length, 11)
    assert.equal(named('graphql.parse').filter(span => span.error === 1).length, 1)
    assert.equal(named('graphql.validate').filter(span => span.error === 1).length, 1)
    for (const span of spans) assert.deepEqual([span.service, span.type], ['shop', 'graphql'])
  },
})
