/** A server for tests that speaks MongoDB's protocol: Docker's mongod, else one in Java that keeps all in memory. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { converse } from './conversation.js'
import type { Launch, LaunchPlace, ServiceDefinition } from './definition.js'
import { fetchJars, folderOf, inPath, jarsOf } from './maven.js'

const OP_MSG = 2013

/**
 * Lists the collections of a database, which a server that wants a password refuses to strangers. One OP_MSG
 * (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/): `length: i32, request: i32, response to: i32,
 * opcode: i32, flags: u32, section kind: u8 = 0`, and one document.
 */
async function probe(url: string): Promise<void> {
  await converse(new URL(url), 27017, async ({ read, write }) => {
    const fields = Buffer.from('\x10listCollections\0\x01\0\0\0\x02$db\0\x05\0\0\0test\0\0', 'latin1')
    const message = Buffer.alloc(25 + fields.length)
    message.writeInt32LE(message.length, 0)
    message.writeInt32LE(7, 4)
    message.writeInt32LE(OP_MSG, 12)
    message.writeInt32LE(4 + fields.length, 21)
    fields.copy(message, 25)
    write(message)
    const length = (await read(4)).readInt32LE(0)
    const answer = await read(length - 4)
    if (answer.readInt32LE(4) !== 7) throw new Error('its answer is for another request')
    const ok = answer.indexOf('\x01ok\0', 'latin1')
    if (ok === -1 || answer.readDoubleLE(ok + 4) !== 1) throw new Error('it does not list its collections')
  })
}

function findBinaries(): string | undefined {
  if (!existsSync(jarsOf('mongodb')) && inPath('mvn') === undefined) return undefined
  const folder = inPath('javac')
  return folder !== undefined && existsSync(join(folder, 'java')) ? folder : undefined
}

function launch({ binaries, port }: LaunchPlace): Launch {
  const flags = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']
  const program = join(folderOf('mongodb'), 'MongoServer.java')
  return {
    url: `mongodb://127.0.0.1:${port}/test`,
    prepare: [],
    run: {
      command: join(binaries, 'java'),
      args: [...flags, '-cp', join(jarsOf('mongodb'), '*'), program, String(port)],
    },
    stopSignal: 'SIGKILL',
  }
}

/** MongoDB; test/README.md lists what the server in Java lacks. */
export const mongodb: ServiceDefinition = {
  name: 'mongodb',
  urlVariable: 'TEST_MONGODB_URL',
  probe,
  compose: { port: 27017, url: port => `mongodb://127.0.0.1:${port}/test` },
  program: {
    from: 'Maven Central',
    packages: ['default-jdk-headless', 'maven'],
    findBinaries,
    fetch: () => fetchJars('mongodb'),
    launch,
  },
}
