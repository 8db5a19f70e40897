/** kafkajs: messages that producers send, also in transactions, and handlers of consumers. */

import { defineIntegration } from '../../src/kit/index'
import { patchKafka } from './client'
import { patchRunner } from './consumer'
import { patchBroker, patchCluster, patchConnection } from './internals'

const target = { module: 'kafkajs', versions: '>=1.4 <3' }

export default defineIntegration({
  name: 'kafkajs',
  doc: 'Kafka messages that producers send and consumers handle, one by one or in batches.',
  options: { service: 'Service name of the spans.' },
  targets: [
    { ...target, patch: patchKafka },
    { ...target, file: 'src/cluster/index.js', patch: patchCluster },
    { ...target, file: 'src/broker/index.js', patch: patchBroker },
    { ...target, file: 'src/network/connection.js', patch: patchConnection },
    { ...target, file: 'src/consumer/runner.js', patch: patchRunner },
  ],
})
