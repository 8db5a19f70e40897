/** A trace format that no agent has: a line of JSON for each chunk. It shows what a new format costs. */

import { pack } from 'msgpackr'
import type { Encoder, Payload } from '../../../../src/export/encode/encoder'
import { flatten } from '../../../../src/export/encode/flatten'
import type { TraceFormat } from '../../../../src/export/encode/formats'
import { toDecimal } from '../../../../src/std/u64'
import type { LocalTrace, SpanRecord } from '../../../../src/trace/local-trace'
import { TEST_COMMON } from '../../../support/runtime'
import { decode } from './decoder'

class LinesEncoder implements Encoder {
  #lines: string[] = []
  #spanCount = 0

  get byteLength(): number {
    return this.#lines.join('').length
  }

  get traceCount(): number {
    return this.#lines.length
  }

  add(_trace: LocalTrace, spans: readonly SpanRecord[]): boolean {
    const chunk = spans.map((span, index) => ({
      span_id: toDecimal(span.idHi, span.idLo),
      ...flatten(span, index === 0, TEST_COMMON),
    }))
    this.#lines.push(`${JSON.stringify(chunk)}\n`)
    this.#spanCount += spans.length
    return true
  }

  take(): Payload | undefined {
    if (this.#lines.length === 0) return undefined
    const payload = payloadOf(this.#lines, this.#spanCount)
    this.#lines = []
    this.#spanCount = 0
    return payload
  }

  recycle(): void {}
}

function payloadOf(lines: readonly string[], spanCount: number): Payload {
  return { body: Buffer.from(lines.join('')), traceCount: lines.length, spanCount }
}

export const MADE_UP: TraceFormat = {
  version: '0.7-test',
  path: '/v0.7-test/traces',
  downgradeTo: '0.4',
  createEncoder: () => new LinesEncoder(),
  split({ body, traceCount }) {
    if (traceCount < 2) return undefined
    const chunks = decode(body)
    const middle = traceCount >> 1
    const halves = [chunks.slice(0, middle), chunks.slice(middle)].map(half =>
      payloadOf(
        half.map(chunk => `${JSON.stringify(chunk)}\n`),
        half.flat().length,
      ),
    )
    return halves as [Payload, Payload]
  },
  downgrade: payload => ({ ...payload, body: pack(decode(payload.body)) }),
}
