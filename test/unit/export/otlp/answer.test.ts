/** Answers of collectors; the messages are encoded by the code that OpenTelemetry generates from its definition. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Writer } from 'protobufjs/minimal'
import type { AgentResponse } from '../../../../src/core/exchange'
import { partialSuccessOf, refusalOf, verdictOf } from '../../../../src/export/otlp/answer'
import { partialSuccess } from '../../../support/otlp'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json; charset=utf-8'

function response(bytes: Uint8Array, type: string | undefined): AgentResponse {
  return { status: 200, headers: { 'content-type': type }, body: Buffer.from(bytes).toString('utf8'), bytes }
}

describe('a verdict', () => {
  const again = [429, 502, 503, 504]
  for (const status of again) test(`${status}: again`, () => assert.equal(verdictOf(status), 'again'))
  for (const status of [200, 202, 204])
    test(`${status}: yes`, () => assert.equal(verdictOf(status), 'accepted'))
  for (const status of [301, 400, 401, 404, 408, 413, 415, 500, 501, 505]) {
    test(`${status}: never`, () => assert.equal(verdictOf(status), 'refused'))
  }
})

describe('partial success', () => {
  const message = 'spán too old'
  const cases: [string, Uint8Array, string, unknown][] = [
    ['protobuf', partialSuccess(300, message), PROTOBUF, { rejected: 300, message }],
    ['protobuf, a remark', partialSuccess(0, message), PROTOBUF, { rejected: 0, message }],
    ['protobuf, none', Buffer.alloc(0), PROTOBUF, undefined],
    ['protobuf, empty', partialSuccess(0, ''), PROTOBUF, undefined],
    ['no content type', partialSuccess(3, ''), '', { rejected: 3, message: '' }],
    ['nonsense', Buffer.from('\xff\xff<html>nonsense'), PROTOBUF, undefined],
    ['cut short', partialSuccess(300, message).subarray(0, 4), PROTOBUF, undefined],
    [
      'JSON',
      Buffer.from(JSON.stringify({ partialSuccess: { rejectedSpans: '300', errorMessage: message } })),
      JSON_TYPE,
      { rejected: 300, message },
    ],
    [
      'JSON, a number',
      Buffer.from('{"partialSuccess":{"rejectedSpans":2}}'),
      JSON_TYPE,
      { rejected: 2, message: '' },
    ],
    ['JSON, none', Buffer.from('{"partialSuccess":{}}'), JSON_TYPE, undefined],
    ['JSON, empty', Buffer.from('{}'), JSON_TYPE, undefined],
    ['JSON, nonsense', Buffer.from('{"partialSuccess":[{'), JSON_TYPE, undefined],
    ['JSON, another shape', Buffer.from('{"partialSuccess":{"rejectedSpans":{}}}'), JSON_TYPE, undefined],
  ]
  for (const [what, bytes, type, expected] of cases) {
    test(what, () => assert.deepEqual(partialSuccessOf(response(bytes, type)), expected))
  }
})

describe('a refusal', () => {
  test('in protobuf, JSON and plain text', () => {
    const status = Writer.create().uint32(8).int32(3).uint32(18).string('no such tenant').finish()
    const got = [
      response(status, PROTOBUF),
      response(Buffer.from('{"code":3,"message":"no such tenant"}'), JSON_TYPE),
      response(Buffer.from('no such\n tenant'), 'text/plain'),
      response(Buffer.from('{"error":1}'), JSON_TYPE),
      response(Buffer.alloc(0), undefined),
    ].map(refusalOf)
    assert.deepEqual(got, ['no such tenant', 'no such tenant', 'no such  tenant', '{"error":1}', ''])
  })
})
