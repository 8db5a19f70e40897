/** The format that a scraper gets. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatFor } from '../../../../src/metrics/openmetrics/accept'

/** The header that Prometheus 3 sends by default. */
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'

const CASES: [accept: string | undefined, format: 'openmetrics' | 'prometheus'][] = [
  [undefined, 'prometheus'],
  ['', 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'prometheus'],
  [PROMETHEUS_3, 'openmetrics'],
  ['text/plain;version=0.0.4;q=0.5,application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text; version="1.0.0"', 'openmetrics'],
  ['APPLICATION/OpenMetrics-Text;Version=1.0.0', 'openmetrics'],
  ['application/openmetrics-text;version=0.0.1', 'prometheus'],
  ['application/openmetrics-text;version=2.0.0,text/plain', 'prometheus'],
  ['application/openmetrics-text;q=0.1,text/plain;q=0.9', 'prometheus'],
  ['application/openmetrics-text;q=0', 'prometheus'],
  ['application/openmetrics-text;q=x', 'prometheus'],
]

for (const [accept, format] of CASES) {
  test(`${JSON.stringify(accept)} gets ${format}`, () => assert.equal(formatFor(accept), format))
}
