/** AWS SDK v3: the calls of its clients. All inherit `send` from one class, which has moved between packages. */

import { defineIntegration } from '../../src/kit/index'
import { patchClient } from './client'

export default defineIntegration({
  name: 'aws-sdk',
  doc: 'Calls of AWS SDK v3; messages of SQS, SNS, Kinesis and EventBridge, and calls of Lambda and Step Functions, carry the trace.',
  options: {
    service: 'Service of the spans, or a function that returns it for the input of a call.',
    sqs: 'Options of one service, likewise `sns`, `dynamodb` and so on: `false`, or `{ producer, consumer }`.',
    batchPropagationEnabled:
      'Whether every message of a batch carries the trace, not only the first; default false.',
    'hooks.request': 'Function that is called with the span and the result just before the span ends.',
  },
  targets: [
    { module: '@aws-sdk/smithy-client', versions: '>=3', patch: patchClient },
    { module: '@smithy/smithy-client', versions: '>=1.0.3', patch: patchClient },
    {
      module: '@smithy/core',
      versions: '>=3.24',
      file: 'dist-cjs/submodules/client/index.js',
      patch: patchClient,
    },
  ],
})
