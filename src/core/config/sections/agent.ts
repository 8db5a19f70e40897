/** Settings of the way to the Datadog Agent. */

import type { LookupFunction } from 'node:net'
import { TRACE_FORMATS } from '../../../std/trace-formats'
import { bool, inCode, int, oneOf, text } from '../rows'

export const agentRows = {
  url: text({
    env: ['DD_TRACE_AGENT_URL', 'DD_TRACE_URL'],
    fallback: undefined,
    doc: 'Agent address: `http://host:port`, `https://…` or `unix:///path`. Wins over host and port.',
  }),
  hostname: text({
    env: ['DD_AGENT_HOST', 'DD_TRACE_AGENT_HOSTNAME'],
    fallback: undefined,
    doc: 'Agent host. Default: `127.0.0.1`, or the socket `/var/run/datadog/apm.socket` when it exists.',
  }),
  lookup: inCode('function', {
    fallback: undefined,
    check: (value): value is LookupFunction => typeof value === 'function',
    doc: 'Function that finds the IP address of the agent host in place of `dns.lookup`.',
  }),
  port: int({ env: 'DD_TRACE_AGENT_PORT', fallback: 8126, min: 1, max: 65535, doc: 'Agent port.' }),
  protocolVersion: oneOf(
    TRACE_FORMATS.map(({ version }) => version),
    {
      env: 'DD_TRACE_AGENT_PROTOCOL_VERSION',
      fallback: '0.4',
      doc: 'Version of the trace format. One newer than `0.4` is used only if the agent offers it.',
    },
  ),
  flushInterval: int({
    env: 'DD_TRACE_FLUSH_INTERVAL',
    fallback: 2000,
    min: 0,
    unit: 'ms',
    doc: 'Longest time in ms that a finished trace waits before it is sent; 0 sends each trace as it ends.',
  }),
  flushMinSpans: int({
    env: 'DD_TRACE_PARTIAL_FLUSH_MIN_SPANS',
    fallback: 1000,
    min: 1,
    doc: 'Number of finished spans at which a trace that is still open sends its finished spans.',
  }),
  partialFlushEnabled: bool({
    env: 'DD_TRACE_PARTIAL_FLUSH_ENABLED',
    option: false,
    fallback: true,
    doc: 'Send finished spans of traces that are still open; when false, a trace is sent once all its spans have finished.',
  }),
} as const
