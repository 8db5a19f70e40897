/** Requests of Node's own client, and spans to make them in. */

import type { ClientRequest, IncomingMessage } from 'node:http'
import { run } from '../../src/trace/context'
import { Site } from '../../src/trace/site'
import type { Span } from '../../src/trace/span'
import { startSpan } from '../../src/trace/start'
import type { WebCollector } from './collect-web'

const CALLER = new Site({ name: 'caller' })

/** Runs `fn` inside of a span and ends it afterwards; that span is among the collected ones. */
export async function inSpan<Result>(
  collector: WebCollector,
  fn: (span: Span) => Promise<Result>,
): Promise<Result> {
  const span = startSpan(collector.runtime, CALLER, undefined, {})
  try {
    return await run(span, fn, undefined, [span])
  } finally {
    span.finish()
  }
}

export interface Answer {
  res: IncomingMessage
  text: string
}

/** Reads the answer to `req`; rejects with the error that the request meets. */
export function answerOf(req: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    req.on('error', reject)
    req.on('response', res => {
      let text = ''
      res.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      res.on('end', () => resolve({ res, text }))
      res.on('error', reject)
    })
  })
}

/** Resolves when `req` is over, however it ended. */
export function closed(req: ClientRequest): Promise<void> {
  return new Promise(resolve => {
    req.on('error', () => {})
    req.on('close', resolve)
  })
}
