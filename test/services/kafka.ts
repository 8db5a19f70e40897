/** Apache Kafka for tests: one node in KRaft mode, broker and controller in one. */

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Conversation, converse } from './conversation.js'
import type { Launch, LaunchPlace, ServiceDefinition } from './definition.js'
import { fetchJars, inPath, jarsOf } from './maven.js'

/** Id of the cluster: any 16 bytes in base64url. */
const CLUSTER_ID = 'tracer-tests-tracer-AA'
/** Correlation id: any number that an answer would not have by chance. */
const CORRELATION = 0x7472_6163

/**
 * Asks for the brokers, and for the coordinators of a group and of a transaction. The latter two make a new server
 * create its internal topics; the requests fail or wait until these exist.
 */
async function probe(url: string): Promise<void> {
  await converse(new URL(url), 9092, async conversation => {
    // Metadata 1 of no topic: `topics: u32 count`; the answer's `brokers: u32 count` are those that are ready.
    const metadata = await ask(conversation, 3, Buffer.alloc(4))
    if (metadata.readUInt32BE(0) === 0) throw new Error('no broker is ready')
    for (const [kind, keyType] of Object.entries({ group: 0, transaction: 1 })) {
      // FindCoordinator 1: `key: string, key type: u8`; the answer is `throttle: u32, error: u16, …`.
      const key = Buffer.from(`\0\x05probe${String.fromCharCode(keyType)}`, 'latin1')
      const error = (await ask(conversation, 10, key)).readUInt16BE(4)
      if (error !== 0) throw new Error(`error ${error} when it is asked who coordinates a ${kind}`)
    }
  })
}

/**
 * Sends a request in version 1 and returns the body of its answer (https://kafka.apache.org/protocol):
 * `length: u32, api key: u16, version: u16, correlation: u32, client: string, …` and
 * `length: u32, correlation: u32, …`, a string being `u16 length, bytes`.
 */
async function ask({ read, write }: Conversation, apiKey: number, body: Buffer): Promise<Buffer> {
  const header = Buffer.alloc(16)
  header.writeUInt32BE(12 + body.length, 0)
  header.writeUInt16BE(apiKey, 4)
  header.writeUInt16BE(1, 6)
  header.writeUInt32BE(CORRELATION, 8)
  header.write('\0\x02us', 12, 'latin1')
  write(Buffer.concat([header, body]))
  const answer = await read((await read(4)).readUInt32BE(0))
  if (answer.readUInt32BE(0) !== CORRELATION) throw new Error('its answer is for another request')
  return answer.subarray(4)
}

function findBinaries(): string | undefined {
  if (!existsSync(jarsOf('kafka')) && inPath('mvn') === undefined) return undefined
  return inPath('java')
}

async function launch({ binaries, dir, port, freePort }: LaunchPlace): Promise<Launch> {
  const controllerPort = await freePort()
  const file = join(dir, 'server.properties')
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENTS',
    listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENTS://127.0.0.1:${port}`,
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': true,
    'num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    // Kafka's own topics: one small partition each instead of fifty on three brokers.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    // A consumer that joins an empty group need not wait for others.
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 2 ** 21,
    'num.network.threads': 2,
    'num.io.threads': 2,
  }
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    { mode: 0o644 },
  )
  const java = (...args: string[]) => ({
    command: join(binaries, 'java'),
    // The server lives for seconds: its start has to be quick.
    args: [
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:-UsePerfData',
      '-cp',
      join(jarsOf('kafka'), '*'),
      ...args,
    ],
  })
  return {
    url: `kafka://127.0.0.1:${port}`,
    prepare: [java('-Xmx128m', 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file)],
    run: java('-Xmx512m', 'kafka.Kafka', file),
    stopSignal: 'SIGKILL',
  }
}

/** Kafka 3.9, the last that speaks the protocol's versions of drivers from before 2018 (KIP-896). */
export const kafka: ServiceDefinition = {
  name: 'kafka',
  urlVariable: 'TEST_KAFKA_URL',
  probe,
  compose: { port: 9092, url: port => `kafka://127.0.0.1:${port}` },
  program: {
    from: 'Maven Central',
    packages: ['default-jre-headless', 'maven'],
    findBinaries,
    fetch: () => fetchJars('kafka'),
    launch,
  },
}
