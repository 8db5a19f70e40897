/** kafkajs in tests: every tested version, topics of the test's own, and consumers that end with the test. */

import { randomUUID } from 'node:crypto'
import { before, type TestContext, test } from 'node:test'
import kafkajs from '../../integrations/kafkajs/index'
import { installLibraries } from '../libraries/install'
import { type LibrarySet, librarySets } from '../libraries/sets'
import { withService } from '../services/service'
import { type CollectOptions, type Collector, collect } from './collect'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any

export interface KafkaTest {
  readonly set: LibrarySet
  /** What `require('kafkajs')` answers. */
  readonly kafkajs: Loose
  readonly brokers: string[]
  /** Exists, with one partition. */
  readonly topic: string
  readonly isNewest: boolean
  /** A silent client. */
  client(options?: object): Loose
  /** Makes a topic. */
  newTopic(partitions: number): Promise<string>
  /** Disconnects with the end of the test. */
  producer(options?: object): Promise<Loose>
  /** Runs `config` on all messages of the topic, from the first on. */
  consume(topic: string, config: object, options?: object): Promise<Loose>
}

const sets = librarySets('kafkajs')
export const NEWEST = sets.filter(({ name }) => name !== 'oldest')

/** Defines the test for each version of `among`. */
export function kafkaTest(
  name: string,
  body: (t: TestContext, kafka: KafkaTest) => Promise<void>,
  among: readonly LibrarySet[] = sets,
): void {
  for (const set of among) {
    before(() => installLibraries([set]))
    test(
      `${name}: ${set.label}`,
      { timeout: 60_000 },
      withService('kafka', (t, { url }) => prepare(t, set, url, body)),
    )
  }
}

export function collectKafka(t: TestContext, options?: CollectOptions): Collector {
  const collector = collect([kafkajs], options)
  t.after(() => collector.stop())
  return collector
}

async function prepare(
  t: TestContext,
  set: LibrarySet,
  url: string,
  body: (t: TestContext, kafka: KafkaTest) => Promise<void>,
): Promise<void> {
  const exports = set.require('kafkajs') as Loose
  const brokers = [new URL(url).host]
  const client = (options: object = {}) =>
    new exports.Kafka({ brokers, clientId: 'shop', logLevel: exports.logLevel.NOTHING, ...options })
  const newTopic = async (numPartitions: number): Promise<string> => {
    const topic = `test-${randomUUID()}`
    const admin = client().admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true })
    await admin.disconnect()
    return topic
  }
  await body(t, {
    set,
    kafkajs: exports,
    brokers,
    topic: await newTopic(1),
    isNewest: set.name !== 'oldest',
    client,
    newTopic,
    async producer(options = {}) {
      const producer = client().producer(options)
      await producer.connect()
      t.after(() => producer.disconnect())
      return producer
    },
    async consume(topic, config, options = {}) {
      const consumer = client().consumer({
        groupId: `group-${randomUUID()}`,
        maxWaitTimeInMs: 50,
        ...options,
      })
      t.after(() => consumer.disconnect())
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run(config)
      return consumer
    },
  })
}

/** Waits for `count` calls of the handler. */
export function collectCalls<T>(count: number): { promise: Promise<T[]>; add(value: T): void } {
  const values: T[] = []
  let done: (values: T[]) => void = () => {}
  const promise = new Promise<T[]>(resolve => {
    done = resolve
  })
  return {
    promise,
    add(value) {
      values.push(value)
      if (values.length === count) done(values)
    },
  }
}
