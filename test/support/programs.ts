/** Runs programs, each in a process of its own, with a deadline. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Root of the checkout, from dist/test/support. */
export const ROOT = join(__dirname, '..', '..', '..')
export const INIT = join(ROOT, 'lib', 'init.js')
export const REGISTER = join(ROOT, 'lib', 'register.mjs')
export const TRACER_RUN = join(ROOT, 'lib', 'cli', 'run.js')

export function fixture(name: string): string {
  return join(ROOT, 'test', 'e2e', 'fixtures', name)
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

type Env = Readonly<Record<string, string | undefined>>

/** Environment without any setting of the machine's own that would reach a tracer. */
function cleanEnv(env: Env): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(DD_|OTEL_|NODE_OPTIONS|NODE_TEST)/.test(name),
  )
  return { ...Object.fromEntries(inherited), DD_TRACE_STARTUP_LOGS: 'false', ...env }
}

/** Runs a program to its end; one that takes longer than `timeoutMs` is killed, which its signal shows. */
export async function runNode(args: readonly string[], env: Env = {}, timeoutMs = 60_000): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: cleanEnv(env),
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, stdout, stderr }
}

export interface App {
  url: string
  child: ChildProcess
  stderr(): string
  /** SIGTERM, and its end. */
  stop(): Promise<Ended>
}

/** Starts a server that prints `listening on <port>`; resolves once it does. */
export async function startApp(args: readonly string[], env: Env = {}): Promise<App> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: cleanEnv({ PORT: '0', ...env }),
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const match = /listening on\D*(\d+)/.exec(stdout)
      if (match !== null) resolve(match[1])
    })
    closed.then(
      ([code, signal]) =>
        reject(new Error(`the app ended (${code ?? signal}) before it listened:\n${stderr}`)),
      reject,
    )
  })
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    stderr: () => stderr,
    async stop() {
      child.kill('SIGTERM')
      const [code, signal] = await closed
      return { code, signal, stdout, stderr }
    },
  }
}

/** For `sort`. Traces begin at whole milliseconds: of two within one, the first to end is the first. */
export function byStart(first: { startNs: bigint }, second: { startNs: bigint }): number {
  return Number(first.startNs - second.startNs)
}
