/** amqplib: messages that its channels publish, get and receive, and the other methods of AMQP 0-9-1. */

import { defineIntegration } from '../../src/kit/index'
import { patchChannel } from './channel'
import { patchConnect, patchConnection } from './connection'
import { patchCallbacks, patchPromises } from './get'

const target = { module: 'amqplib', versions: '>=0.5.3 <3' }

export default defineIntegration({
  name: 'amqplib',
  doc: 'Messages that are published to RabbitMQ and consumed from it, and other methods of AMQP 0-9-1.',
  options: { service: 'Service of the spans.' },
  targets: [
    { ...target, file: 'lib/channel.js', patch: patchChannel },
    { ...target, file: 'lib/channel_model.js', patch: patchPromises },
    { ...target, file: 'lib/callback_model.js', patch: patchCallbacks },
    { ...target, file: 'lib/connect.js', patch: patchConnect },
    { ...target, file: 'lib/connection.js', patch: patchConnection },
  ],
})
