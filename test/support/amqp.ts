/** amqplib in tests: every tested version, connections that end with the test, and queues of the test's own. */

import { randomUUID } from 'node:crypto'
import { before, type TestContext, test } from 'node:test'
import amqplib from '../../integrations/amqplib/index'
import { installLibraries } from '../libraries/install'
import { type LibrarySet, librarySets } from '../libraries/sets'
import { withService } from '../services/service'
import { type CollectOptions, type Collector, collect } from './collect'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any

export interface AmqpTest {
  readonly set: LibrarySet
  readonly url: string
  /** `127.0.0.1` and its port. */
  readonly host: string
  readonly port: number
  /** A name that nobody else has. */
  readonly name: string
  connect(): Promise<Loose>
  /** A channel of the promises API. */
  channel(): Promise<Loose>
  confirmChannel(): Promise<Loose>
  /** A model of the callbacks API. */
  callbackModel(): Promise<Loose>
}

const sets = librarySets('amqplib')
before(() => installLibraries(sets))

/** Defines the test for each version. */
export function amqpTest(name: string, body: (t: TestContext, amqp: AmqpTest) => Promise<void>): void {
  for (const set of sets) {
    test(
      `${name}: ${set.label}`,
      { timeout: 30_000 },
      withService('rabbitmq', (t, { url }) => body(t, prepare(t, set, url))),
    )
  }
}

export function collectAmqp(t: TestContext, options?: CollectOptions): Collector {
  const collector = collect([amqplib], options)
  t.after(() => collector.stop())
  return collector
}

function prepare(t: TestContext, set: LibrarySet, url: string): AmqpTest {
  const connect = async () => {
    const connection = await (set.require('amqplib') as Loose).connect(url)
    connection.on('error', () => {})
    t.after(() => connection.connection.stream.destroy(new Error('the test has ended')))
    return connection
  }
  const opened = async (name: string) => {
    const channel = await (await connect())[name]()
    channel.on('error', () => {})
    return channel
  }
  const { hostname, port } = new URL(url)
  return {
    set,
    url,
    host: hostname,
    port: Number(port),
    name: `test-${randomUUID()}`,
    connect,
    channel: () => opened('createChannel'),
    confirmChannel: () => opened('createConfirmChannel'),
    async callbackModel() {
      const { connect } = set.require('amqplib/callback_api') as Loose
      const model = await called<Loose>(done => connect(url, done))
      model.on('error', () => {})
      t.after(() => model.connection.stream.destroy(new Error('the test has ended')))
      return model
    },
  }
}

/** The promise of what takes a callback. */
export function called<T>(fn: (done: (error: unknown, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    fn((error, value) => (error ? reject(error) : resolve(value as T)))
  })
}
