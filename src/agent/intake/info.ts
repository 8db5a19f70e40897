/** `GET /info`: the abilities of this agent. Only what works is listed, since clients act on it. */

import { createHash } from 'node:crypto'
import { TRACE_READERS } from './formats'

/** Settings of the agent that `/info` reports. */
export interface InfoSettings {
  version: string
  maxRequestBytes: number
  port: number
  socketPath: string | undefined
}

/** The answer to `/info`. */
export interface Info {
  body: string
  /** Value of `Datadog-Agent-State`, which changes with the body, so that clients know when to ask again. */
  state: string
}

/** Creates the answer. */
export function createInfo(settings: InfoSettings): Info {
  const body = JSON.stringify({
    version: settings.version,
    endpoints: [...TRACE_READERS.keys(), PROFILES_PATH],
    feature_flags: [],
    // A developer wants to see everything: clients must not drop unsampled traces.
    client_drop_p0s: false,
    span_meta_structs: true,
    span_events: true,
    long_running_spans: true,
    config: {
      max_request_bytes: settings.maxRequestBytes,
      receiver_port: settings.port,
      ...(settings.socketPath === undefined ? {} : { receiver_socket: settings.socketPath }),
    },
  })
  return { body, state: createHash('sha256').update(body).digest('hex') }
}

/** Path that takes uploads of profiles. */
export const PROFILES_PATH = '/profiling/v1/input'
