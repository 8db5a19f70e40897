/** Helpers of the tests of the pg integration: the driver, pools and clients. */

import type { EventEmitter } from 'node:events'
import type { TestContext } from 'node:test'
import { Client, type ClientConfig, type Submittable } from 'pg'
import pgIntegration from '../../integrations/pg/index'
import { type CollectOptions, type Collector, collect } from './collect'

interface Cursor extends Submittable {
  read(rows: number): Promise<unknown[]>
  read(rows: number, callback: (error: unknown, rows: unknown[]) => void): void
  close(): Promise<void>
  callback?: unknown
}

export const PgCursor: new (text: string, values?: unknown[]) => Cursor & EventEmitter = require('pg-cursor')
export const PgQueryStream: new (
  text: string,
  values?: unknown[],
  options?: { batchSize?: number },
) => Submittable & NodeJS.ReadableStream & { destroy(error?: Error): void } = require('pg-query-stream')

/** The integration at work until the test ends. */
export function collectPg(t: TestContext, options?: CollectOptions): Collector {
  const collector = collect([pgIntegration], options)
  t.after(() => collector.stop())
  return collector
}

/** A connected client, ended with the test. */
export async function connected(t: TestContext, url: string, config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ connectionString: url, ...config })
  client.on('error', () => {})
  await client.connect()
  t.after(() => client.end())
  return client
}

/** The result of a function that takes a callback in the style of Node as its last argument. */
export function called<T>(fn: (callback: (error: Error, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    fn((error, result) => (error ? reject(error) : resolve(result)))
  })
}
