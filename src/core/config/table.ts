/**
 * The configuration table: every setting is one row of one section. `Config` (resolve.ts), the table in the
 * documentation and the telemetry report are derived from the rows. `InitOptions` (types.ts) is written by hand, for
 * the sake of its comments; a test checks its names, value types and comments against the rows.
 */

import { agentRows } from './sections/agent'
import { databaseRows } from './sections/databases'
import { loggingRows } from './sections/logging'
import { logRows } from './sections/logs'
import { dogstatsdRows, runtimeMetricsRows } from './sections/metrics'
import { otlpTraceRows } from './sections/otlp-traces'
import { profilingRows } from './sections/profiling'
import { propagationRows } from './sections/propagation'
import { remoteRows } from './sections/remote'
import { samplingRows } from './sections/sampling'
import { serviceRows } from './sections/service'
import { switchRows } from './sections/switches'
import { webRows } from './sections/web'

/** The sections in the order in which they are documented and reported. */
export const sections = [
  { title: 'Service and tags', rows: serviceRows },
  { title: 'Agent', rows: agentRows },
  { title: 'Traces for an OpenTelemetry collector', rows: otlpTraceRows },
  { title: 'Switches', rows: switchRows },
  { title: 'Remote configuration and telemetry', rows: remoteRows },
  { title: 'Sampling and statistics', rows: samplingRows },
  { title: 'Propagation', rows: propagationRows },
  { title: 'Logging', rows: loggingRows },
  { title: 'HTTP, gRPC and GraphQL', rows: webRows },
  { title: 'Databases and names', rows: databaseRows },
  { title: 'Metrics of the application (DogStatsD)', rows: dogstatsdRows },
  { title: 'Metrics of Node.js', rows: runtimeMetricsRows },
  { title: 'Logs for an OpenTelemetry collector', rows: logRows },
  { title: 'Profiling', rows: profilingRows },
] as const

type Sum<Rows> = (Rows extends unknown ? (rows: Rows) => void : never) extends (sum: infer All) => void
  ? All
  : never

/** All rows of all sections, by name. */
export const table = Object.assign({}, ...sections.map(({ rows }) => rows)) as Sum<
  (typeof sections)[number]['rows']
>
