/** A stub of AWS services: answers each in its protocol, and keeps the requests. */

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Wire {
  path: string
  headers: NodeJS.Dict<string | string[]>
  body: string
  /** Fields of JSON or of a query. */
  fields: Record<string, unknown>
}

export interface Stub {
  url: string
  wire: Wire[]
  /** Statuses of the next answers; then all are 200. */
  fail: number[]
  /** What ReceiveMessage and GetRecords find. */
  messages: Record<string, unknown>[]
  close(): Promise<void>
}

const md5 = (text: unknown): string => createHash('md5').update(String(text)).digest('hex')

export async function startStub(): Promise<Stub> {
  const stub: Stub = { url: '', wire: [], fail: [], messages: [], close: async () => {} }
  const server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    req.on('end', () => {
      const fields = fieldsOf(body)
      const target = String(req.headers['x-amz-target'] ?? fields.Action ?? '')
      const operation = target.slice(target.lastIndexOf('.') + 1)
      stub.wire.push({ path: req.url ?? '', headers: req.headers, body, fields })
      const isQuery = String(req.headers['content-type']).includes('urlencoded')
      res.setHeader('x-amzn-requestid', 'request-1').setHeader('x-amz-request-id', 'request-1')
      const status = stub.fail.shift() ?? 200
      res.statusCode = status
      if (status !== 200) {
        if (isQuery) res.end(xmlError())
        else if (target === '') res.end(xmlError())
        else res.end(JSON.stringify({ __type: 'com.amazonaws#NoSuchThing', message: 'there is none' }))
        return
      }
      const answer = answerOf(operation, fields, stub)
      if (isQuery) {
        res.setHeader('content-type', 'text/xml')
        res.end(
          `<${operation}Response><${operation}Result>${xml(answer)}</${operation}Result>` +
            `<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></${operation}Response>`,
        )
      } else if (target === '' && (req.url ?? '').includes('/functions/')) res.end('{}')
      else if (target === '') {
        if (req.method === 'PUT') res.setHeader('etag', '"abc"')
        res.end(req.method === 'GET' ? 'the object' : '')
      } else {
        res.setHeader('content-type', String(req.headers['content-type']))
        res.end(JSON.stringify(answer))
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stub.close = () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return stub
}

function fieldsOf(body: string): Record<string, unknown> {
  if (body.startsWith('{')) return JSON.parse(body)
  return body.startsWith('<') ? {} : Object.fromEntries(new URLSearchParams(body))
}

function answerOf(operation: string, fields: Record<string, unknown>, stub: Stub): Record<string, unknown> {
  switch (operation) {
    case 'SendMessage':
      return { MessageId: 'm1', MD5OfMessageBody: md5(fields.MessageBody) }
    case 'SendMessageBatch': {
      const entries = (fields.Entries ?? entriesOfQuery(fields)) as Record<string, string>[]
      const Successful = entries.map(({ Id, MessageBody }) => ({
        Id,
        MessageId: Id,
        MD5OfMessageBody: md5(MessageBody),
      }))
      return { Successful, SendMessageBatchResultEntry: Successful, Failed: [] }
    }
    case 'ReceiveMessage': {
      const messages = stub.messages.map(each => ({ ...each, MD5OfBody: md5(each.Body) }))
      return { Messages: messages, Message: messages }
    }
    case 'Publish':
      return { MessageId: 'm1' }
    case 'PutRecord':
      return { ShardId: 's1', SequenceNumber: '1' }
    case 'PutRecords':
      return { FailedRecordCount: 0, Records: [] }
    case 'GetRecords':
      return { Records: stub.messages, NextShardIterator: 'n' }
    case 'PutEvents':
      return { FailedEntryCount: 0, Entries: [] }
    case 'StartExecution':
      return { executionArn: 'arn:x', startDate: 1 }
    default:
      return {}
  }
}

function entriesOfQuery(fields: Record<string, unknown>): Record<string, unknown>[] {
  const entries: Record<string, unknown>[] = []
  for (let index = 1; ; index++) {
    const prefix = `SendMessageBatchRequestEntry.${index}.`
    if (fields[`${prefix}Id`] === undefined) return entries
    entries.push({ Id: fields[`${prefix}Id`], MessageBody: fields[`${prefix}MessageBody`] })
  }
}

/** A list repeats its element, as the lists of SQS do; attributes are pairs. */
function xml(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;')
  return Object.entries(value)
    .filter(([name]) => !['Successful', 'Messages', 'Failed'].includes(name))
    .map(([name, each]) => {
      if (name === 'MessageAttributes') return attributes(each as Record<string, unknown>)
      return (Array.isArray(each) ? each : [each]).map(one => `<${name}>${xml(one)}</${name}>`).join('')
    })
    .join('')
}

function attributes(all: Record<string, unknown>): string {
  return Object.entries(all)
    .map(
      ([name, value]) =>
        `<MessageAttribute><Name>${name}</Name><Value>${xml(value)}</Value></MessageAttribute>`,
    )
    .join('')
}

function xmlError(): string {
  const error = '<Error><Code>NoSuchThing</Code><Message>there is none</Message></Error>'
  return `<ErrorResponse>${error}<RequestId>request-1</RequestId></ErrorResponse>`
}
