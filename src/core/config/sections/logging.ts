/** Settings of the tracer's own log, and of what it adds to the records of the application's loggers. */

import type { Logger } from '../../logger'
import { otel } from '../lazy-otel'
import { bool, inCode, oneOf } from '../rows'

const LEVELS = ['error', 'warn', 'info', 'debug'] as const

export const loggingRows = {
  logInjection: bool({
    env: 'DD_LOGS_INJECTION',
    fallback: true,
    doc: 'Add the ids of the active span, service, version and env to the records of pino, winston and bunyan (`dd`).',
  }),
  debug: bool({
    env: 'DD_TRACE_DEBUG',
    option: false,
    fallback: false,
    doc: "Print all lines of the tracer's own log, as `DD_TRACE_LOG_LEVEL=debug` does.",
  }),
  logLevel: oneOf(['debug', 'info', 'warn', 'error', 'off'], {
    env: ['DD_TRACE_LOG_LEVEL', 'DD_LOG_LEVEL', 'OTEL_LOG_LEVEL'],
    fromOtel: otel('logLevel'),
    fallback: 'warn',
    doc: "Least severe lines of the tracer's own log that are written to stderr: `debug`, `info`, `warn`, `error` or `off`.",
  }),
  logger: inCode('logger', {
    fallback: undefined,
    check: (value): value is Logger =>
      LEVELS.some(level => typeof (value as Logger | null)?.[level] === 'function'),
    doc: "Object with `error`, `warn`, `info` and `debug` that gets the lines of the tracer's own log in place of stderr.",
  }),
  startupLogs: bool({
    env: 'DD_TRACE_STARTUP_LOGS',
    fallback: true,
    doc: 'Print the configuration as one line of JSON at start.',
  }),
} as const
