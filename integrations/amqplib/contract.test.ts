/** amqplib as a message queue: the contract that all such libraries keep. */

import { randomUUID } from 'node:crypto'
import { messageQueueContract } from '../../test/contracts/message-queue'
import { amqpTest, called, collectAmqp } from '../../test/support/amqp'

messageQueueContract({
  name: 'amqplib',
  service: 'shop-amqp',
  serviceSource: 'amqp',
  producer: { name: 'amqp.command', v1: 'amqp.send', resource: name => `basic.publish ${name}` },
  consumer: { name: 'amqp.command', v1: 'amqp.process', resource: name => `basic.deliver ${name}` },
  checkpoint: (direction, name) => [
    `direction:${direction}`,
    ...(direction === 'out' ? ['has_routing_key:true'] : []),
    `topic:${name}`,
    'type:rabbitmq',
  ],
  test(title, body) {
    amqpTest(title, (t, amqp) =>
      body({
        t,
        collect: options => collectAmqp(t, options),
        async queue() {
          const channel = await amqp.confirmChannel()
          const name = `test-${randomUUID()}`
          await channel.assertQueue(name)
          t.after(async () => {
            const plain = await amqp.channel()
            await plain.deleteQueue(name)
          })
          return {
            name,
            send: (text, headers) =>
              called(done => channel.sendToQueue(name, Buffer.from(text), { headers }, done)),
            consume: handle =>
              channel.consume(name, (message: { content: Buffer }) => handle(String(message.content)), {
                noAck: true,
              }),
            sent: { 'amqp.routingKey': name, 'out.host': amqp.host },
            received: { 'amqp.queue': name },
          }
        },
      }),
    )
  },
})
