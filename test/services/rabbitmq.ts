/** RabbitMQ for tests: a node of its own beside an epmd of its own, on loopback only. */

import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { converse } from './conversation.js'
import type { Launch, LaunchPlace, ServiceDefinition } from './definition.js'

/** The server; the script of that name in PATH changes its user and reads the system's settings. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const EPMD = '/usr/bin/epmd'

/**
 * Logs in, as AMQP 0-9-1 section 2.2.4 has it: header, Start (10, 10), Start-Ok (10, 11), and
 * Tune (10, 30) if the server accepts the login. A frame is
 * `type: u8 = 1, channel: u16, length: u32, class: u16, method: u16, …, 0xce`.
 */
async function probe(address: string): Promise<void> {
  const url = new URL(address)
  await converse(url, 5672, async ({ read, write }) => {
    const method = async () => {
      const header = await read(7)
      const frame = await read(header.readUInt32BE(3) + 1)
      return `${frame.readUInt16BE(0)}.${frame.readUInt16BE(2)}`
    }
    write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'))
    const start = await method()
    if (start !== '10.10') throw new Error(`its answer to the header is method ${start}`)
    write(startOk(decodeURIComponent(url.username), decodeURIComponent(url.password)))
    const answer = await method()
    if (answer !== '10.30') throw new Error(`its answer to the login is method ${answer}`)
  })
}

/** Start-Ok: client properties (none), `PLAIN`, NUL user NUL password, locale. */
function startOk(user: string, password: string): Buffer {
  const response = Buffer.from(`\0${user}\0${password}`)
  const body = Buffer.concat([
    Buffer.from([0, 10, 0, 11, 0, 0, 0, 0]),
    Buffer.from('\x05PLAIN'),
    Buffer.from([0, 0, 0, response.length]),
    response,
    Buffer.from('\x05en_US'),
  ])
  return Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, body.length]), body, Buffer.from([0xce])])
}

async function launch({ dir, port, freePort }: LaunchPlace): Promise<Launch> {
  const [distributionPort, epmdPort] = [await freePort(), await freePort()]
  const password = randomBytes(12).toString('hex')
  const settings = {
    'listeners.tcp.1': `127.0.0.1:${port}`,
    default_user: 'tracer',
    default_pass: password,
    'vm_memory_high_watermark.absolute': '256MiB',
    'disk_free_limit.absolute': '1MB',
    'log.file': 'false',
    'log.console': 'true',
    'log.console.level': 'error',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
  writeFileSync(join(dir, 'rabbitmq.conf'), lines.join(''), { mode: 0o644 })
  writeFileSync(join(dir, 'plugins'), '[].\n', { mode: 0o644 })
  const epmd = { ERL_EPMD_PORT: String(epmdPort), ERL_EPMD_ADDRESS: '127.0.0.1' }
  const env = {
    ...epmd,
    // Erlang starts an epmd that outlives it where it finds none.
    ERL_FLAGS: '-start_epmd false',
    // The start script then becomes the server, rather than its parent.
    RUNNING_UNDER_SYSTEMD: 'true',
    // Erlang's cookie is a file in there.
    HOME: dir,
    RABBITMQ_NODENAME: `tracer-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
    RABBITMQ_LOG_BASE: join(dir, 'logs'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(dir, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
  }
  return {
    url: `amqp://tracer:${password}@127.0.0.1:${port}`,
    prepare: [],
    beside: [{ command: EPMD, args: [], env: epmd }],
    run: { command: PROGRAM, args: [], env },
    stopSignal: 'SIGKILL',
  }
}

/** RabbitMQ, AMQP 0-9-1 without plugins. */
export const rabbitmq: ServiceDefinition = {
  name: 'rabbitmq',
  urlVariable: 'TEST_RABBITMQ_URL',
  probe,
  compose: { port: 5672, url: port => `amqp://tracer:tracer@127.0.0.1:${port}` },
  program: {
    from: "Debian's package",
    packages: ['rabbitmq-server'],
    user: 'rabbitmq',
    findBinaries: () => (existsSync(PROGRAM) && existsSync(EPMD) ? '/usr/lib/rabbitmq/bin' : undefined),
    launch,
  },
}
