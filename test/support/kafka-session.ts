/** A session with kafkajs: calls of its public API, and everything that an application can observe, as text. */

import { randomUUID } from 'node:crypto'
import type { KafkaTest } from './kafka'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any

export async function session(kafka: KafkaTest): Promise<string[]> {
  const seen: string[] = []
  const names = new Map<string, string>()
  /** A topic or a group; the same in the text of every session. */
  const named = (what: string): string => {
    const name = `${what}-${randomUUID()}`
    names.set(name, what)
    return name
  }
  const see = (what: string, value: unknown): void => {
    seen.push(`${what}: ${textOf(value, names)}`)
  }
  /** How a call went: what it threw, what kind of thing it returned, and what became of that. */
  const call = async (what: string, object: Loose, name: string, ...args: unknown[]): Promise<unknown> => {
    let result: unknown
    try {
      result = object[name](...args)
    } catch (error) {
      see(`${what} throws`, error)
      return undefined
    }
    see(`${what} returns`, [typeof result, (result as Loose)?.constructor?.name, Object.keys(result ?? {})])
    try {
      const value = await (result as Promise<unknown>)
      see(`${what} resolves`, inOrder(value, names))
      return value
    } catch (error) {
      see(`${what} rejects`, error)
      return undefined
    }
  }
  const topic = named('topic')
  const other = named('other')
  const group = named('group')
  const client = kafka.client({ retry: { initialRetryTime: 10, retries: 2 } })
  await administrate(client, { topic, other, call, see })
  await produce(client, kafka, { topic, other, call, see })
  if (kafka.isNewest)
    await transact(client, { topic, group, transactionalId: named('transaction'), call, see })
  await consume(client, kafka, { topic, group, call, see })
  return seen
}

interface Parts {
  topic: string
  call(what: string, object: Loose, name: string, ...args: unknown[]): Promise<Loose>
  see(what: string, value: unknown): void
}

async function administrate(
  client: Loose,
  { topic, other, call, see }: Parts & { other: string },
): Promise<void> {
  const admin = client.admin()
  see('admin', Object.keys(admin))
  await call('admin.connect', admin, 'connect')
  for (const numPartitions of [2, 2]) {
    await call('createTopics', admin, 'createTopics', {
      topics: [{ topic, numPartitions }],
      waitForLeaders: true,
    })
  }
  await call('createTopics', admin, 'createTopics', { topics: [{ topic: other }], waitForLeaders: true })
  await call('createTopics', admin, 'createTopics', {})
  await call('createTopics', admin, 'createTopics', { topics: 'no' })
  await call('fetchTopicOffsets', admin, 'fetchTopicOffsets', topic)
  await call('fetchOffsets', admin, 'fetchOffsets', {})
  await call('describeConfigs', admin, 'describeConfigs', { resources: [] })
  await call('admin.disconnect', admin, 'disconnect')
}

/** What may be handed to `send` and `sendBatch`. */
function requests(topic: string, other: string, { CompressionTypes }: Loose): [string, unknown][] {
  const message = (value: unknown, more: object = {}) => ({ key: 'k', value, partition: 0, ...more })
  const values: unknown[] = ['text', Buffer.from('bytes'), '', null, undefined, 0, {}, 'ü'.repeat(500)]
  const headers: unknown[] = [
    {},
    { a: 'b' },
    { a: Buffer.from('b'), c: '' },
    Object.create({ inherited: 'x' }),
    undefined,
  ]
  const bad: unknown[] = [undefined, null, 'text', 42, [], {}, { topic }, { topic, messages: null }]
  const badBatches: unknown[] = [
    { topicMessages: null },
    { topicMessages: [] },
    { topicMessages: [{}] },
    { topicMessages: [{ topic }] },
    { topicMessages: [{ topic, messages: [] }] },
    { topicMessages: [null] },
  ]
  return [
    ...values.map(value => ['send', { topic, messages: [message(value)] }] as [string, unknown]),
    ...headers.map(
      each => ['send', { topic, messages: [message('v', { headers: each })] }] as [string, unknown],
    ),
    ...bad.map(each => ['send', each] as [string, unknown]),
    ...bad.map(each => ['sendBatch', each] as [string, unknown]),
    ...badBatches.map(each => ['sendBatch', each] as [string, unknown]),
    ['send', { topic, messages: [message('zip')], compression: CompressionTypes.GZIP }],
    ['send', { topic, messages: [message('lz4')], compression: CompressionTypes.LZ4 }],
    ['send', { topic, messages: [message('odd')], compression: 99 }],
    ['send', { topic, messages: [message('one ack')], acks: 1, timeout: 1000 }],
    ['send', { topic, messages: [message('bad acks')], acks: 7 }],
    ['send', { topic, messages: [message('nowhere', { partition: 17 })] }],
    ['send', { topic: 'no such topic, and no name for one', messages: [message('v')] }],
    ['send', { topic, messages: Array.from({ length: 50 }, (_, index) => message(`${index}`)) }],
    [
      'sendBatch',
      {
        topicMessages: [
          { topic, messages: [message('a'), message('b')] },
          { topic: other, messages: [message('c')] },
        ],
      },
    ],
  ]
}

async function produce(
  client: Loose,
  { kafkajs }: KafkaTest,
  { topic, other, call, see }: Parts & { other: string },
): Promise<void> {
  const producer = client.producer()
  see('producer', Object.keys(producer))
  const events: string[] = []
  for (const name of Object.values<string>(producer.events)) {
    // How many requests there are depends on when metadata are asked for.
    if (!name.includes('network'))
      producer.on(name, (event: Loose) => events.push(`${name} ${Object.keys(event)}`))
  }
  await call('send, not connected', producer, 'send', { topic, messages: [{ key: 'k', value: 'v' }] }).catch(
    () => {},
  )
  await call('producer.connect', producer, 'connect')
  for (const [name, request] of requests(topic, other, kafkajs)) {
    const before = JSON.stringify(request)
    await call(name, producer, name, request)
    see(`${name} left`, before === JSON.stringify(request))
  }
  // Accessors are read as often, and with the same object.
  const reads: string[] = []
  const accessors = (what: string, values: Record<string, unknown>): object =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          {
            enumerable: true,
            get() {
              reads.push(`${what}.${name}`)
              return value
            },
          },
        ]),
      ),
    )
  const message = accessors('message', { key: 'k', value: 'v', partition: 0, headers: { a: 'b' } })
  await call('send with accessors', producer, 'send', { topic, messages: [message] })
  see('reads of values and keys', reads.filter(each => !each.includes('headers')).sort())
  // Results that are not waited for, and many at once.
  const order: number[] = []
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      producer
        .send({ topic, messages: [{ key: 'k', value: `${index}`, partition: 1 }] })
        .then(() => order.push(index)),
    ),
  )
  see('all at once', order.length)
  const loose = producer.send
  await call('without this', { loose }, 'loose', {
    topic,
    messages: [{ key: 'k', value: 'v', partition: 0 }],
  })
  await call('on', producer, 'on', 'no such event', () => {})
  await call('logger', producer, 'logger')
  await call('producer.disconnect', producer, 'disconnect')
  await call('producer.disconnect', producer, 'disconnect')
  see('events of the producer', events)
}

async function transact(
  client: Loose,
  { topic, group, transactionalId, call, see }: Parts & { group: string; transactionalId: string },
): Promise<void> {
  const producer = client.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true })
  await call('producer.connect', producer, 'connect')
  const request = (value: string) => ({ topic, messages: [{ key: 'k', value, partition: 0 }] })
  for (const end of ['commit', 'abort', 'commit']) {
    const transaction = await call('transaction', producer, 'transaction')
    see('transaction', Object.keys(transaction))
    await call('a second one', producer, 'transaction')
    see('active', transaction.isActive())
    await call('send', transaction, 'send', request(end))
    await call('send', transaction, 'send', { ...request(end), acks: 1 })
    await call('sendBatch', transaction, 'sendBatch', { topicMessages: [request(end), request(end)] })
    await call('sendOffsets', transaction, 'sendOffsets', {
      consumerGroupId: group,
      topics: [{ topic, partitions: [{ partition: 1, offset: '1' }] }],
    })
    await call(end, transaction, end)
    see('active', transaction.isActive())
    for (const late of ['send', 'sendBatch', 'commit', 'abort', 'sendOffsets']) {
      await call(`${late}, too late`, transaction, late, request(end))
    }
  }
  await call('idempotent', producer, 'isIdempotent')
  await call('producer.disconnect', producer, 'disconnect')
  await call('transaction without an id', client.producer(), 'transaction')
}

async function consume(
  client: Loose,
  { isNewest }: KafkaTest,
  { topic, group, call, see }: Parts & { group: string },
): Promise<void> {
  const consumer = client.consumer({ groupId: group, maxWaitTimeInMs: 20, heartbeatInterval: 100 })
  see('consumer', Object.keys(consumer))
  const events: string[] = []
  for (const name of Object.values<string>(consumer.events)) {
    if (/batch|stop|connect|crash/.test(name))
      consumer.on(name, (event: Loose) => events.push(`${name} ${Object.keys(event.payload ?? {})}`))
  }
  for (const name of ['seek', 'pause', 'resume', 'commitOffsets', 'paused']) {
    if (typeof consumer[name] === 'function') await call(`${name}, not running`, consumer, name, [{ topic }])
  }
  await call('consumer.connect', consumer, 'connect')
  await call('subscribe', consumer, 'subscribe', {})
  await call('subscribe', consumer, 'subscribe', { topic, fromBeginning: true })
  const got: string[] = []
  let failed = false
  const untilLast = new Promise<void>(resolve => {
    const eachMessage = async function (this: Loose, payload: Loose): Promise<void> {
      const { message, partition } = payload
      if (partition === 1 && !failed) {
        failed = true
        throw new Error('of the handler')
      }
      const text =
        message.headers && Object.keys(message.headers).filter(name => !/^(x-datadog|trace)/.test(name))
      got.push(
        `${partition} ${message.offset} ${message.key} ${message.value?.length} ${text} ${Object.keys(payload)}` +
          ` ${Object.keys(message)} ${this?.constructor?.name} ${arguments.length}`,
      )
      if (partition === 0 && String(message.value) === 'commit' && isNewest) resolve()
      if (!isNewest && got.length === 50) resolve()
    }
    void call('run', consumer, 'run', { eachMessage })
  })
  await untilLast
  // Which partition comes first is for the broker to say.
  for (const each of got.sort()) see('message', each)
  await call('pause', consumer, 'pause', [{ topic }])
  await call('resume', consumer, 'resume', [{ topic }])
  await call('seek', consumer, 'seek', { topic, partition: 0, offset: 'no' })
  await call('consumer.stop', consumer, 'stop')
  await call('consumer.disconnect', consumer, 'disconnect')
  see('kinds of events', [...new Set(events)].sort())
}

/** Returns the text without what differs from session to session: times, ports, generated names. */
function textOf(value: unknown, names: ReadonlyMap<string, string>): string {
  let text = value instanceof Error ? describe(value) : (JSON.stringify(value, replaced) ?? String(value))
  for (const [name, what] of names) text = text.replaceAll(name, what)
  return text.replace(/\d{12,}/g, '<number>').replace(/after \d+/g, 'after <ms>')
}

/** The broker answers for topics in the order of their names, which are different in each session. */
function inOrder(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (!Array.isArray(value)) return value
  const key = (each: Loose) => `${names.get(each?.topicName)} ${each?.partition}`
  return [...value].sort((a, b) => key(a).localeCompare(key(b)))
}

function replaced(name: string, value: unknown): unknown {
  if (name === 'producerId' || /time|logStartOffset/i.test(name)) return '<varies>'
  return typeof value === 'function' ? `function ${value.name} ${value.length}` : value
}

function describe(error: Error): string {
  const own = Object.keys(error).filter(key => key !== 'retryTime')
  return `${error.name} ${error.message} [${own.join()}] ${error.constructor.name}`
}
