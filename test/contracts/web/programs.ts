/** Whole programs of web frameworks: with the tracer they print the same, and each request has its span. */

import assert from 'node:assert/strict'
import { programs } from '../../libraries/programs'

/** Resource, status and type of the error of each request's span, in order. */
export type Request = readonly [resource: string, status: string, error?: string]

export function webPrograms(name: string, requests: readonly Request[]): void {
  programs(name, {
    check(spans) {
      const served = spans.filter(span => span.meta['span.kind'] === 'server')
      assert.deepEqual(
        served.map(({ name: its, resource, meta }) => [
          its,
          resource,
          meta['http.status_code'],
          meta['error.type'],
          meta.component,
        ]),
        requests.map(([resource, status, error]) => [`${name}.request`, resource, status, error, name]),
      )
      assert.ok(!spans.some(span => span.name === `${name}.middleware`))
    },
  })
}
