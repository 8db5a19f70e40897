/** kafkajs as a message queue: the contract that all such libraries keep. */

import { messageQueueContract } from '../../test/contracts/message-queue'
import { collectKafka, kafkaTest } from '../../test/support/kafka'

type Payload = { message: { value: Buffer } }

messageQueueContract({
  name: 'kafkajs',
  service: 'shop-kafka',
  serviceSource: 'kafka',
  producer: { name: 'kafka.produce', v1: 'kafka.send', resource: topic => topic },
  consumer: { name: 'kafka.consume', v1: 'kafka.process', resource: topic => topic },
  checkpoint: (direction, topic) =>
    [
      `direction:${direction}`,
      ...(direction === 'in' ? [`group:${topic}`] : []),
      'kafka_cluster_id:any',
      `topic:${topic}`,
      'type:kafka',
    ].sort(),
  test(name, body) {
    kafkaTest(name, (t, kafka) =>
      body({
        t,
        collect: options => collectKafka(t, options),
        async queue() {
          const topic = await kafka.newTopic(1)
          const producer = await kafka.producer()
          const tags = { 'kafka.topic': topic, 'messaging.destination.name': topic }
          return {
            name: topic,
            send: (value, headers) => producer.send({ topic, messages: [{ key: 'k', value, headers }] }),
            consume: handle =>
              kafka.consume(
                topic,
                { eachMessage: async ({ message }: Payload) => void (await handle(String(message.value))) },
                { groupId: topic },
              ),
            sent: tags,
            received: { ...tags, 'kafka.group': topic },
          }
        },
      }),
    )
  },
})
