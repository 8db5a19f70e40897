/** Whole programs with every client that a set has. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES: Readonly<Record<string, string[]>> = {
  sqs: ['sendMessage URL/123456789012/orders'],
  s3: ['putObject shop', 'getObject shop'],
  sns: ['publish arn:aws:sns:us-east-1:123456789012:orders'],
  kinesis: ['putRecord orders'],
  eventbridge: ['putEvents'],
  dynamodb: ['getItem orders'],
  lambda: ['invoke bill'],
  sfn: ['startExecution arn:aws:states:x'],
}

programs('aws-sdk', {
  // Old clients print a warning of their age once, at any time.
  env: { NODE_NO_WARNINGS: '1' },
  check(spans, set) {
    const names = Object.keys(set.versions).map(name => name.replace('@aws-sdk/client-', ''))
    const expected = Object.entries(RESOURCES)
      .filter(([name]) => names.includes(name))
      .flatMap(([, resources]) => resources.flatMap(resource => [resource, resource]))
    const seen = spans.filter(span => span.name === 'aws.request')
    assert.deepEqual(
      seen.map(span => span.resource.replace(/http:\/\/127\.0\.0\.1:\d+/, 'URL')),
      expected,
    )
    for (const span of seen) {
      assert.equal(span.error, 0)
      assert.equal(span.meta.region, 'us-east-1')
      // The HTTP request below the call.
      assert.equal(
        spans.filter(each => each.name === 'http.request' && each.parentId === span.spanId).length,
        1,
      )
    }
  },
})
