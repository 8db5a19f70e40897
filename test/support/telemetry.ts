/** Reads the telemetry that an agent receives. */

import type { FakeAgent } from './fake-agent'

export const TELEMETRY_PATH = '/telemetry/proxy/api/v2/apmtelemetry'

export interface Message {
  api_version: string
  naming_schema_version: string
  request_type: string
  tracer_time: number
  runtime_id: string
  seq_id: number
  payload: unknown
  application: Record<string, unknown>
  host: Record<string, unknown>
}

export interface Event {
  request_type: string
  payload: Record<string, unknown>
}

export function messagesTo({ others }: FakeAgent): Message[] {
  return others.filter(({ path }) => path === TELEMETRY_PATH).map(({ body }) => JSON.parse(body.toString()))
}

/** Returns all messages; those of batches one by one. */
export function eventsTo(agent: FakeAgent): Event[] {
  return messagesTo(agent).flatMap(({ request_type, payload }) =>
    request_type === 'message-batch' ? (payload as Event[]) : [{ request_type, payload } as Event],
  )
}

export function eventTo(agent: FakeAgent, type: string): Event | undefined {
  return eventsTo(agent).find(({ request_type }) => request_type === type)
}

/** Returns the payload of the first event of that type; fails if there is none. */
export function payloadOf<Payload>(agent: FakeAgent, type: string): Payload {
  const event = eventTo(agent, type)
  if (event === undefined) throw new Error(`no ${type} has come`)
  return event.payload as Payload
}
