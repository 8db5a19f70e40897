/** `tracer agent`: runs a local agent until SIGINT or SIGTERM. */

import { startAgent } from '../agent/server'
import { DEFAULT_API_PORT } from './client'
import { byteSize, CommandError, parse, wholeNumber } from './usage'

const DEFAULT_PORT = 8126

export const AGENT_HELP = `Usage: tracer agent [options]

Receives traces and profiles from any Datadog tracer, as a Datadog Agent does, and keeps the newest in memory.

  --port PORT         port that receives traces and profiles (${DEFAULT_PORT}; 0 = any free port)
  --host HOST         address to listen on (127.0.0.1; any other lets other machines send)
  --socket PATH       unix socket to listen on as well
  --api-port PORT     port of the API for \`tracer traces\`, on 127.0.0.1 only (${DEFAULT_API_PORT}; 0 = any free port)
  --store-limit SIZE  memory for traces; beyond it the oldest are dropped (192MiB)
  --profile-store-limit SIZE
                      memory for profiles; beyond it the oldest are dropped (64MiB)
  --json              print the addresses as one line of JSON
`

/** Runs `tracer agent` with the arguments behind the command. */
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

  // The caller can rely on both: the line on stdout once the agent listens, and exit status 0 after a signal.
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
    `local agent: receives traces at ${url}${values.socket === undefined ? '' : ` and unix://${values.socket}`}\n` +
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
