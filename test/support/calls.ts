/** Sends requests with Node's own HTTP client. */

import type { ClientRequest, IncomingMessage } from 'node:http'

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
