/** Runs lines of the documentation as a reader would, each in a shell. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'

const TIMEOUT_MS = 300_000
type Env = Readonly<Record<string, string>>

/** Environment without the settings of the machine, and of the npm that runs the tests. */
function cleanEnv(env: Env): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(DD_|OTEL_|NODE_OPTIONS|NODE_TEST|npm_(?!config_))/i.test(name),
  )
  return { ...Object.fromEntries(inherited), npm_config_audit: 'false', npm_config_fund: 'false', ...env }
}

/** Runs a line to its end and returns what it prints. Rejects with its output when it fails. */
export async function runLine(line: string, cwd: string, env: Env = {}): Promise<string> {
  const options = { cwd, env: cleanEnv(env), timeout: TIMEOUT_MS, maxBuffer: 2 ** 26 }
  try {
    return (await promisify(execFile)('bash', ['-c', line], options)).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${line}: ${(error as Error).message}\n${stdout}${stderr}`)
  }
}

/** Starts a line that goes on running, with every process below it in a group of its own. */
export function startLine(line: string, cwd: string, env: Env = {}): ChildProcess {
  return spawn('bash', ['-c', line], {
    cwd,
    env: cleanEnv(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Ends a line and every process below it. */
export async function stopLine(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await ended
}

/** Returns a port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
