/**
 * The client's side of the protocol: the files that the tracer holds, their states, and the requests that report both.
 */

import { randomUUID } from 'node:crypto'
import { log } from '../core/log'
import { merge, type Overrides, readTracing, type TracingFile } from './apm-tracing'
import { ACKNOWLEDGED, capabilities, FAILED, PRODUCT, UNACKNOWLEDGED } from './protocol'
import { parse, readUpdate, type Target, type Update } from './targets'

/** `client_tracer`: the identity of this process. */
export interface ClientTracer {
  runtime_id: string
  language: 'node'
  tracer_version: string
  service: string
  env: string
  app_version: string
  /** Tags in the form `key:value`. */
  tags: readonly string[]
  extra_services: readonly string[]
}

interface Held {
  readonly target: Target
  readonly state: number
  readonly error: string
  /** Undefined if the file could not be used. */
  readonly tracing: TracingFile | undefined
}

/** The state of a client between two polls. */
export class RemoteClient {
  readonly #id = randomUUID()
  readonly #tracer: ClientTracer
  readonly #onValues: (values: Overrides) => void
  /** Files by path. */
  #held: ReadonlyMap<string, Held> = new Map()
  #version = 0
  #backendState = ''
  #error: string | undefined

  /** `onValues` gets all values that files set, each time the files have changed. */
  constructor(tracer: ClientTracer, onValues: (values: Overrides) => void) {
    this.#tracer = tracer
    this.#onValues = onValues
  }

  /** Returns the body of the next request. */
  request(): string {
    const held = [...this.#held.values()]
    return JSON.stringify({
      client: {
        state: {
          // Signatures are the agent's to check, which keeps the roots.
          root_version: 1,
          targets_version: this.#version,
          config_states: held.map(({ target: { id, version, product }, state, error }) => ({
            id,
            version,
            product,
            apply_state: state,
            apply_error: error,
          })),
          has_error: this.#error !== undefined,
          error: this.#error ?? '',
          backend_client_state: this.#backendState,
        },
        id: this.#id,
        products: [PRODUCT],
        is_tracer: true,
        client_tracer: this.#tracer,
        capabilities,
      },
      cached_target_files: held.map(({ target: { path, length, sha256 } }) => ({
        path,
        length,
        hashes: [{ algorithm: 'sha256', hash: sha256 }],
      })),
    })
  }

  /**
   * Takes the body of an answer with status 200. One that cannot be used changes nothing; the next request says why.
   */
  receive(body: string): void {
    try {
      const update = readUpdate(body)
      this.#error = undefined
      if (update !== undefined) this.#take(update)
    } catch (error) {
      this.#error = sentenceOf(error)
      log.warn('remote configuration', `remote configuration is not used: ${this.#error}`)
    }
  }

  #take({ version, backendState, targets, files }: Update): void {
    const held = new Map<string, Held>()
    for (const target of targets) {
      const before = this.#held.get(target.path)
      if (before?.target.sha256 === target.sha256) held.set(target.path, { ...before, target })
      else {
        const bytes = files.get(target.path)
        if (bytes === undefined) throw new Error(`${target.path} was not sent along`)
        held.set(target.path, this.#open(target, bytes))
      }
    }
    const isNew = held.size !== this.#held.size || targets.some(each => !isHeld(this.#held, each))
    this.#held = held
    this.#version = version
    this.#backendState = backendState
    if (isNew) this.#onValues(this.#merged())
  }

  #open(target: Target, bytes: Buffer): Held {
    if (target.product !== PRODUCT) return { target, state: UNACKNOWLEDGED, error: '', tracing: undefined }
    try {
      const tracing = readTracing(parse(bytes.toString('utf8'), 'the configuration'), this.#tracer)
      return { target, state: ACKNOWLEDGED, error: '', tracing }
    } catch (error) {
      const sentence = sentenceOf(error)
      log.warn('remote configuration', `remote configuration ${target.id} is not used: ${sentence}`)
      return { target, state: FAILED, error: sentence, tracing: undefined }
    }
  }

  #merged(): Overrides {
    const byPath = [...this.#held].sort(([one], [other]) => (one < other ? -1 : 1))
    return merge(byPath.flatMap(([, { tracing }]) => tracing ?? []))
  }
}

function isHeld(held: ReadonlyMap<string, Held>, { path, sha256 }: Target): boolean {
  return held.get(path)?.target.sha256 === sha256
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
