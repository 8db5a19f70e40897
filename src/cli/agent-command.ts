/** `tracer agent`: runs a local agent until it is told to stop. */

import { startAgent } from '../agent/server'
import { DEFAULT_API_PORT } from './client'
import { byteSize, CommandError, parse, wholeNumber } from './usage'

const DEFAULT_PORT = 8126

export const AGENT_HELP = `Usage: tracer agent [options]

Takes in traces and profiles as a Datadog Agent does, from any Datadog tracer, and keeps the last of them in memory.

  --port PORT         where they come in (${DEFAULT_PORT}; 0 takes any free port)
  --host HOST         on which address (127.0.0.1; anything else lets other machines send)
  --socket PATH       also on this unix socket
  --api-port PORT     where \`tracer traces\` asks, always on 127.0.0.1 (${DEFAULT_API_PORT}; 0 takes any free port)
  --store-limit SIZE  memory for traces before the oldest go (192MiB)
  --profile-store-limit SIZE
                      the same for profiles (64MiB)
  --json              the addresses as one line of JSON
`

export async function agent(argv: string[]): Promise<void> {
  const { values } = parse(argv, {
    port: { type: 'string' },
    host: { type: 'string' },
    socket: { type: 'string' },
    'api-port': { type: 'string' },
    'store-limit': { type: 'string' },
    'profile-store-limit': { type: 'string' },
    json: { type: 'boolean' },
  })
  const port = wholeNumber('port', values.port, 0, 65_535) ?? DEFAULT_PORT
  const apiPort = wholeNumber('api-port', values['api-port'], 0, 65_535) ?? DEFAULT_API_PORT
  const running = await startAgent({
    port,
    apiPort,
    host: values.host,
    socketPath: values.socket,
    storeLimitBytes: byteSize('store-limit', values['store-limit']),
    profileStoreLimitBytes: byteSize('profile-store-limit', values['profile-store-limit']),
  }).catch((error: NodeJS.ErrnoException & { port?: number; address?: string }) => {
    throw new CommandError(explain(error))
  })

  // Both ends of its life are promised to whoever started it: the line on stdout, and exit status 0.
  const stop = () => {
    void running.close().then(() => process.exit(0))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)

  const { url, apiUrl } = running
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ url, apiUrl, socket: values.socket })}\n`)
    return
  }
  process.stdout.write(
    `local agent: traces come in at ${url}${values.socket === undefined ? '' : ` and unix://${values.socket}`}\n` +
      `send to it:  DD_TRACE_AGENT_URL=${url}\n` +
      `look at it:  tracer traces${apiPort === DEFAULT_API_PORT ? '' : ` --url ${apiUrl}`}\n`,
  )
}

function explain(error: NodeJS.ErrnoException & { port?: number; address?: string }): string {
  const where = error.port === undefined ? (error.address ?? '') : `port ${error.port}`
  if (error.code === 'EADDRINUSE') {
    return `${where} is taken, perhaps by a Datadog Agent or another local agent: choose others with --port and --api-port (0 takes any free one)`
  }
  if (error.code === 'EACCES') return `no permission to listen on ${where}`
  return `cannot listen: ${error.message}`
}
