/** A process of the bench, as its parent sees it: questions and answers over the IPC channel. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

const ANSWER_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 10_000
const KEPT_OUTPUT = 2000

export interface ChildOptions {
  args?: string[]
  env?: Record<string, string>
  node?: string
  execArgv?: string[]
}

export type Request = { id: number; command: string; body: unknown }
export type Reply = { id: number; result?: unknown; error?: string }

export class Child {
  readonly #process: ChildProcess
  readonly #name: string
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #nextId = 1
  #output = ''

  /** `name` is for messages; `script` is a compiled file that calls `serve`. */
  constructor(name: string, script: string, options: ChildOptions = {}) {
    this.#name = name
    this.#process = fork(script, options.args ?? [], {
      env: { ...cleanEnvironment(), ...options.env },
      execPath: options.node ?? process.execPath,
      execArgv: options.execArgv ?? [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT)
      })
    }
    this.#process.on('message', (reply: Reply) => this.#replied(reply))
    this.#process.on('error', error => this.#ended(error.message))
    this.#process.on('close', (code, signal) => this.#ended(`it ended with ${signal ?? code}`))
  }

  /** What the process answers to `command`; rejects when it throws, ends, or does not answer in time. */
  async ask<Result>(command: string, body?: unknown): Promise<Result> {
    if (!this.#process.connected) throw new Error(`${this.#name} has ended: ${this.#output.trim()}`)
    const id = this.#nextId++
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<Result>((resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`${this.#name}: no answer to ${command}`)),
          ANSWER_TIMEOUT_MS,
        )
        this.#waiting.set(id, {
          resolve: resolve as (result: unknown) => void,
          reject,
        })
        this.#process.send({ id, command, body } satisfies Request, error => {
          if (error) reject(error)
        })
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  /** Asks the process to end, and ends it where it does not. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process
    if (exitCode !== null || signalCode !== null) return
    const exited = once(this.#process, 'exit')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS)
    if (this.#process.connected) this.#process.disconnect()
    await exited
    clearTimeout(timer)
  }

  #replied({ id, result, error }: Reply): void {
    const waiting = this.#waiting.get(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }

  #ended(reason: string): void {
    const error = new Error(`${this.#name}: ${reason} ${this.#output.trim()}`.trim())
    for (const { reject } of this.#waiting.values()) reject(error)
  }
}

/** The environment without what would configure a tracer, or the Node.js under test, behind the bench's back. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(DD_|_DD_|OTEL_|NODE_OPTIONS$|NODE_CHANNEL)/.test(name),
    ),
  )
}
