/** Encodes log records as they come, and puts the encoded records into requests. */

import { reportFailure } from '../../../core/fence'
import type { Payload } from '../../encode/encoder'
import type { Scope } from '../output'
import type { LogFormat, LogRecord, RecordOutput, ScopePart } from './record'

/** Most scopes that are remembered. An application with more puts data into names of scopes; all are forgotten then. */
const MAX_SCOPES = 64

interface Group {
  scope: Scope
  records: RecordOutput
}

/** What a `LogBatch` is made of. */
export interface LogBatchOptions {
  format: LogFormat
  /** Returns the field `resource` of all records. */
  resource: () => Uint8Array
  /** Called when the batch is full: `take` has to be called then. */
  onFull: () => void
  maxRecords: number
  maxBytes: number
}

/** The records that will be the next request, grouped by scope. */
export class LogBatch {
  readonly #options: LogBatchOptions
  /** Encoded records by name and version of the scope, in the order in which the scopes came. */
  readonly #groups = new Map<string, Group>()
  byteLength = 0
  #count = 0

  constructor(options: LogBatchOptions) {
    this.#options = options
  }

  /** Encodes a record. Returns false when it could not be encoded. */
  add(record: Readonly<LogRecord>, scope: Readonly<Scope>): boolean {
    const { records } = this.#groupOf(scope)
    const before = records.byteLength
    try {
      records.add(record)
    } catch (error) {
      reportFailure('encoding a log record', error)
      return false
    }
    this.byteLength += records.byteLength - before
    this.#count++
    const { maxRecords, maxBytes, onFull } = this.#options
    if (this.#count >= maxRecords || this.byteLength >= maxBytes) onFull()
    return true
  }

  take(): Payload | undefined {
    if (this.#count === 0) return undefined
    const { format, resource } = this.#options
    const parts: ScopePart[] = []
    for (const { scope, records } of this.#groups.values()) {
      if (records.byteLength > 0) parts.push({ scope, records: records.take() })
    }
    const payload = {
      body: format.request(resource(), parts),
      traceCount: this.#count,
      spanCount: this.#count,
    }
    if (this.#groups.size > MAX_SCOPES) this.#groups.clear()
    this.byteLength = this.#count = 0
    return payload
  }

  #groupOf(scope: Readonly<Scope>): Group {
    const key = JSON.stringify([scope.name, scope.version])
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { scope, records: this.#options.format.newRecords() }
      this.#groups.set(key, group)
    }
    return group
  }
}
