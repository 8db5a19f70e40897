/** Reads OTLP logs with the code that OpenTelemetry generates from its published definition. */

import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { Reader } from 'protobufjs/minimal'
import type { FakeAgent, Received } from './fake-agent'
import { type Any, anyOf, attributesOf, LogsRequest, listAt, mapped, PLAIN, type Plain } from './otlp'

/** A log record, with its attributes as an object, and those of its resource and its scope. */
export interface OtlpLog {
  timeUnixNano: string
  observedTimeUnixNano: string
  severityNumber: number
  severityText: string
  body: Any | undefined
  attributes: Record<string, Any>
  droppedAttributesCount: number
  flags: number
  traceId: string
  spanId: string
  eventName: string
  resource: Record<string, Any>
  scope: { name: string; version: string }
}

export function readLogsProtobuf(body: Uint8Array): OtlpLog[] {
  const names = eventNamesIn(body)
  const request = LogsRequest.toObject(LogsRequest.decode(body), PLAIN)
  return logsOf(request, base64 => Buffer.from(base64, 'base64').toString('hex')).map((each, index) => ({
    ...each,
    eventName: names[index],
  }))
}

/**
 * Reads JSON; fails for keys that are not in the definition, and for values that its JSON mapping writes differently.
 */
export function readLogsJson(body: Uint8Array): OtlpLog[] {
  const request = JSON.parse(Buffer.from(body).toString('utf8')) as Plain
  const known = mapped(request, (name, value) => {
    if (/^(traceId|spanId)$/.test(name)) {
      assert.match(String(value), name === 'traceId' ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{16}$/)
      return Buffer.from(String(value), 'hex').toString('base64')
    }
    // Newer than the generated code.
    return name === 'eventName' ? undefined : value
  })
  assert.deepEqual(LogsRequest.toObject(LogsRequest.fromObject(known), PLAIN), known)
  return logsOf(request, hex => hex)
}

export function readLogs({ headers, body }: Received): OtlpLog[] {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return headers['content-type'] === 'application/json' ? readLogsJson(bytes) : readLogsProtobuf(bytes)
}

/** Records of all requests. */
export function logsSentTo({ others }: FakeAgent): OtlpLog[] {
  return others.filter(({ path }) => path === '/v1/logs').flatMap(readLogs)
}

function logsOf(request: Plain, idOf: (text: string) => string): OtlpLog[] {
  return listAt(request, 'resourceLogs').flatMap(resourceLogs => {
    const { attributes: resource } = attributesOf(resourceLogs.resource as Plain)
    return listAt(resourceLogs, 'scopeLogs').flatMap(scopeLogs => {
      const { name, version = '' } = scopeLogs.scope as { name: string; version?: string }
      return listAt(scopeLogs, 'logRecords').map(record => ({
        timeUnixNano: String(record.timeUnixNano),
        observedTimeUnixNano: String(record.observedTimeUnixNano),
        severityNumber: Number(record.severityNumber ?? 0),
        severityText: String(record.severityText ?? ''),
        body: record.body === undefined ? undefined : anyOf(record.body as Plain),
        attributes: attributesOf(record).attributes,
        droppedAttributesCount: Number(record.droppedAttributesCount ?? 0),
        flags: Number(record.flags ?? 0),
        traceId: idOf(String(record.traceId ?? '')),
        spanId: idOf(String(record.spanId ?? '')),
        eventName: String(record.eventName ?? ''),
        resource,
        scope: { name, version },
      }))
    })
  })
}

/** Field 12 of records, which is newer than the generated code. */
function eventNamesIn(body: Uint8Array): string[] {
  const names: string[] = []
  const inner = (bytes: Uint8Array, wanted: number, found: (bytes: Uint8Array) => void): void => {
    const reader = Reader.create(bytes)
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag === ((wanted << 3) | 2)) found(reader.bytes())
      else reader.skipType(tag & 7)
    }
  }
  inner(body, 1, resourceLogs =>
    inner(resourceLogs, 2, scopeLogs =>
      inner(scopeLogs, 2, record => {
        let name = ''
        inner(record, 12, bytes => {
          name = Buffer.from(bytes).toString('utf8')
        })
        names.push(name)
      }),
    ),
  )
  return names
}
