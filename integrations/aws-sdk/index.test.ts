/** Spans of calls, and the bytes on the wire, with every set of clients. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { type LibrarySet, librarySets } from '../../test/libraries/sets'
import { type Stub, startStub } from '../../test/support/aws-stub'
import { type Collector, collect, type PlainSpan } from '../../test/support/collect'
import integration from './index'

// biome-ignore lint/suspicious/noExplicitAny: clients of many versions, whose types are not installed
type Any = any

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:orders'
const has = (set: LibrarySet, name: string): boolean => `@aws-sdk/client-${name}` in set.versions

for (const set of librarySets('aws-sdk')) {
  describe(set.label, () => {
    let collector: Collector
    let stub: Stub
    const clients: Any[] = []

    before(async () => {
      await installLibraries([set])
      collector = collect([integration])
      stub = await startStub()
    })
    afterEach(() => {
      collector.clear()
      collector.registry.use('aws-sdk', true)
      stub.wire.length = 0
      stub.fail = []
      stub.messages = []
    })
    after(async () => {
      for (const client of clients) client.destroy()
      collector.stop()
      await stub.close()
    })

    function made(name: string): { client: Any; library: Any } {
      const library = set.require(`@aws-sdk/client-${name}`) as Any
      const Client: Any = Object.values(library).find((each: Any) =>
        /[a-z0-9]Client$/i.test(each?.name ?? ''),
      )
      const client = new Client({
        endpoint: stub.url,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        ...(name === 'kinesis' && { requestHandler: overHttp1() }),
      })
      clients.push(client)
      return { client, library }
    }

    /** The client of Kinesis speaks HTTP/2 only. */
    function overHttp1(): unknown {
      const { NodeHttpHandler } = set.require('@smithy/node-http-handler') as Any
      return new NodeHttpHandler()
    }

    /** Sends with the input frozen: an integration that changed it would throw. */
    async function send(name: string, command: string, input: object, inside?: (output: Any) => void) {
      const { client, library } = made(name)
      const frozen = deepFreeze(input)
      const output = await collector.inParent(() => client.send(new library[`${command}Command`](frozen)))
      inside?.(output)
      const [parent] = collector.spans().filter(span => span.name === 'test.parent')
      const [span] = collector.own()
      assert.equal(span.parentId, parent.spanId)
      return { span, sent: stub.wire[stub.wire.length - 1], output }
    }

    function assertCommon(span: PlainSpan, service: string, expected: Record<string, string>): void {
      const key = service.toLowerCase()
      assert.equal(span.name, 'aws.request')
      assert.equal(span.service, `shop-aws-${key}`)
      assert.equal(span.error, 0)
      const want = {
        component: 'aws-sdk',
        'aws.service': service,
        aws_service: service,
        'aws.region': 'us-east-1',
        region: 'us-east-1',
        'aws.partition': 'aws',
        'aws.response.request_id': 'request-1',
        '_dd.svc_src': key,
        ...expected,
      }
      for (const [name, value] of Object.entries(want)) assert.equal(span.meta[name], value, name)
    }

    const carries = (carrier: unknown, span: PlainSpan): void => {
      const { traceparent } = (typeof carrier === 'string' ? JSON.parse(carrier) : carrier) as Any
      assert.equal(traceparent?.split('-')[2], span.spanId)
    }

    if (has(set, 'sqs')) {
      const queue = (): string => `${stub.url}/123456789012/orders`
      const attributeOf = (fields: Any, at = ''): string | undefined => {
        if (fields.MessageAttributes !== undefined) return fields.MessageAttributes._datadog?.StringValue
        const name = Object.keys(fields).find(key => key.startsWith(at) && fields[key] === '_datadog')
        return name && fields[name.replace(/Name$/, 'Value.StringValue')]
      }

      it('sends the trace with a message of SQS', async () => {
        const { span, sent } = await send('sqs', 'SendMessage', {
          QueueUrl: queue(),
          MessageBody: 'hello',
          MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } },
        })
        assertCommon(span, 'SQS', {
          'span.kind': 'producer',
          'aws.operation': 'sendMessage',
          'aws.sqs.queue_name': 'orders',
          queuename: 'orders',
          'messaging.system': 'aws_sqs',
          'cloud.resource_id': 'arn:aws:sqs:us-east-1:123456789012:orders',
        })
        assert.equal(span.resource, `sendMessage ${queue()}`)
        assert.equal(span.type, '')
        carries(attributeOf(sent.fields), span)
      })

      it('adds no eleventh attribute', async () => {
        const attributes = (count: number): object =>
          Object.fromEntries(
            Array.from({ length: count }, (_, at) => [`a${at}`, { DataType: 'String', StringValue: 'b' }]),
          )
        const message = { QueueUrl: queue(), MessageBody: 'hello' }
        const nine = await send('sqs', 'SendMessage', { ...message, MessageAttributes: attributes(9) })
        carries(attributeOf(nine.sent.fields), nine.span)
        const ten = await send('sqs', 'SendMessage', { ...message, MessageAttributes: attributes(10) })
        assert.equal(attributeOf(ten.sent.fields), undefined)
      })

      it('makes no message too long', async () => {
        const { sent } = await send('sqs', 'SendMessage', {
          QueueUrl: queue(),
          MessageBody: 'a'.repeat(256 * 1024),
        })
        assert.equal(attributeOf(sent.fields), undefined)
      })

      it('sends it with the first message of a batch, or with all', async () => {
        const Entries = ['a', 'b'].map(Id => ({ Id, MessageBody: `hello ${Id}` }))
        const carried = async (): Promise<boolean[]> => {
          const { sent, span, output } = await send('sqs', 'SendMessageBatch', { QueueUrl: queue(), Entries })
          assert.equal(span.meta['span.kind'], 'producer')
          assert.equal(output.Successful.length, 2)
          collector.clear()
          const { Entries: json } = sent.fields as Any
          return [1, 2].map(at => {
            if (json) return attributeOf({ MessageAttributes: {}, ...json[at - 1] }) !== undefined
            return attributeOf(sent.fields, `SendMessageBatchRequestEntry.${at}.`) !== undefined
          })
        }
        assert.deepEqual(await carried(), [true, false])
        collector.registry.use('aws-sdk', { batchPropagationEnabled: true })
        assert.deepEqual(await carried(), [true, true])
      })

      const carrier = (id: number): string =>
        JSON.stringify({ 'x-datadog-trace-id': `${id}`, 'x-datadog-parent-id': '7' })
      const received = (id: number): Record<string, unknown> => ({
        MessageId: 'm',
        Body: 'hello',
        MessageAttributes: { _datadog: { DataType: 'String', StringValue: carrier(id) } },
      })

      it('asks for the trace of messages, and continues it in the callback', async () => {
        stub.messages = [received(11), received(12)]
        const { client, library } = made('sqs')
        const input = Object.freeze({ QueueUrl: queue() })
        let name: string | undefined
        await new Promise<void>((resolve, reject) => {
          client.send(new library.ReceiveMessageCommand(input), (error: unknown, output: Any) => {
            name = activeSpan()?.name
            if (error) reject(error)
            else resolve(assert.equal(output.Messages.length, 2))
          })
        })
        assert.equal(name, 'aws.response')
        const [call, response] = collector.own()
        assertCommon(call, 'SQS', {
          'span.kind': 'consumer',
          'aws.operation': 'receiveMessage',
          queuename: 'orders',
        })
        assert.equal(call.type, 'worker')
        assert.equal(response.name, 'aws.response')
        assert.equal(response.meta['span.kind'], 'server')
        assert.equal(response.traceId.slice(-16), '000000000000000b')
        assert.equal(response.parentId, '0000000000000007')
        assert.equal(JSON.parse(response.meta['_dd.span_links']).length, 1)
        assert.match(stub.wire[0].body, /_datadog/)
      })

      it('continues the trace of messages that SNS and EventBridge have wrapped', async () => {
        const { client, library } = made('sqs')
        const value = (Type: string): object => ({
          Type,
          Value: Type === 'Binary' ? Buffer.from(carrier(11)).toString('base64') : carrier(11),
        })
        for (const body of [
          { Type: 'Notification', MessageAttributes: { _datadog: value('Binary') } },
          { Type: 'Notification', MessageAttributes: { _datadog: value('String') } },
          { 'detail-type': 'x', detail: { _datadog: JSON.parse(carrier(11)) } },
        ]) {
          collector.clear()
          stub.messages = [{ MessageId: 'm', Body: JSON.stringify(body) }]
          await client.send(new library.ReceiveMessageCommand({ QueueUrl: queue() }))
          const response = collector.own().find(span => span.name === 'aws.response')
          assert.equal(response?.traceId.slice(-16), '000000000000000b')
        }
      })

      it('takes any message for what it is', async () => {
        const { client, library } = made('sqs')
        for (const Body of [
          '_datadog',
          '{"_datadog"',
          '{"detail":{"_datadog":5}}',
          '{"MessageAttributes":{"_datadog":{"Value":"x"}}}',
        ]) {
          stub.messages = [{ MessageId: 'm', Body }]
          const { Messages } = await client.send(new library.ReceiveMessageCommand({ QueueUrl: queue() }))
          assert.equal(Messages[0].Body, Body)
        }
        assert.equal(collector.own().filter(span => span.name === 'aws.response').length, 0)
      })

      it('switches one side of a service off', async () => {
        collector.registry.use('aws-sdk', { sqs: { producer: false } })
        const { client, library } = made('sqs')
        await client.send(new library.SendMessageCommand({ QueueUrl: queue(), MessageBody: 'hello' }))
        assert.equal(attributeOf(stub.wire[0].fields), undefined)
        await client.send(new library.ReceiveMessageCommand({ QueueUrl: queue() }))
        assert.deepEqual(
          collector.own().map(span => span.resource),
          [`receiveMessage ${queue()}`],
        )
      })

      it('sends the same command twice, as it was', async t => {
        if (set.name === 'oldest') return t.skip('its commands can be sent once only')
        const { client, library } = made('sqs')
        const command = new library.SendMessageCommand({ QueueUrl: queue(), MessageBody: 'hello' })
        await client.send(command)
        await client.send(command)
        assert.equal(command.input.MessageAttributes, undefined)
        const [first, second] = collector.own()
        carries(attributeOf(stub.wire[0].fields), first)
        carries(attributeOf(stub.wire[1].fields), second)
      })
    }

    if (has(set, 's3')) {
      it('sees a bucket of S3, and one span for all attempts', async () => {
        stub.fail = [500]
        const { span, output } = await send('s3', 'GetObject', { Bucket: 'shop', Key: 'a' })
        assertCommon(span, 'S3', { 'span.kind': 'client', 'aws.s3.bucket_name': 'shop', bucketname: 'shop' })
        assert.equal(span.resource, 'getObject shop')
        assert.equal(stub.wire.length, 2)
        assert.equal(collector.own().length, 1)
        let text = ''
        for await (const part of output.Body) text += part
        assert.equal(text, 'the object')
      })

      it('points to the object that it wrote', async () => {
        const { span } = await send('s3', 'PutObject', { Bucket: 'shop', Key: 'a', Body: 'text' })
        const [link] = JSON.parse(span.meta['_dd.span_links'])
        const hash = createHash('sha256').update('shop|a|abc').digest('hex').slice(0, 32)
        assert.deepEqual(link.attributes, {
          'ptr.kind': 'aws.s3.object',
          'ptr.dir': 'd',
          'ptr.hash': hash,
          'link.kind': 'span-pointer',
        })
      })

      it('sees an error, which stays the same', async () => {
        stub.fail = [404]
        const { client, library } = made('s3')
        const error: Any = await client
          .send(new library.GetObjectCommand({ Bucket: 'shop', Key: 'a' }))
          .catch((each: unknown) => each)
        const [span] = collector.own()
        assert.equal(span.error, 1)
        assert.equal(span.meta['error.type'], error.name)
        assert.equal(span.meta['aws.response.request_id'], error.$metadata.requestId)
      })

      it('sees a call that was aborted', async () => {
        const { client, library } = made('s3')
        const controller = new AbortController()
        controller.abort()
        const promise = client.send(new library.ListBucketsCommand({}), { abortSignal: controller.signal })
        await assert.rejects(promise, { name: 'AbortError' })
        const [span] = collector.own()
        assert.deepEqual(
          [span.resource, span.error, span.meta['error.type']],
          ['listBuckets', 1, 'AbortError'],
        )
      })

      it('calls back in the context of the caller', async () => {
        const { client, library } = made('s3')
        await collector.inParent(
          parent =>
            new Promise<void>(resolve => {
              const command = new library.GetObjectCommand({ Bucket: 'shop', Key: 'a' })
              const answer = client.send(command, {}, () => {
                assert.equal(activeSpan(), parent)
                resolve()
              })
              assert.equal(answer, undefined)
            }),
        )
        assert.equal(collector.own().length, 1)
      })

      it('leaves the stack of middleware alone, and runs it once', async () => {
        const { client, library } = made('s3')
        const seen: unknown[] = []
        const before = client.middlewareStack.identify?.()
        client.middlewareStack.add(
          (next: Any) => async (args: Any) => {
            seen.push(args.input)
            return next(args)
          },
          { step: 'initialize', name: 'own' },
        )
        const command = new library.GetObjectCommand({ Bucket: 'shop', Key: 'a' })
        await client.send(command)
        assert.deepEqual(seen, [command.input])
        assert.equal(client.middlewareStack.identify?.().length, before && before.length + 1)
      })

      it('follows its options', async () => {
        const hooked: unknown[] = []
        collector.registry.use('aws-sdk', {
          service: (input: Any) => `of-${input.Bucket}`,
          hooks: { request: (span: Any, output: Any) => hooked.push(span.resource, typeof output.$metadata) },
        })
        const { span } = await send('s3', 'GetObject', { Bucket: 'shop', Key: 'a' })
        assert.deepEqual([span.service, span.meta['_dd.svc_src']], ['of-shop', 'opt.plugin'])
        assert.deepEqual(hooked, ['getObject shop', 'object'])
        collector.clear()
        collector.registry.use('aws-sdk', { s3: false })
        const { client, library } = made('s3')
        await client.send(new library.GetObjectCommand({ Bucket: 'shop', Key: 'a' }))
        collector.registry.use('aws-sdk', { enabled: false })
        await client.send(new library.GetObjectCommand({ Bucket: 'shop', Key: 'a' }))
        assert.equal(collector.own().length, 0)
      })
    }

    if (has(set, 'sns')) {
      it('sends the trace with a message of SNS', async () => {
        const { span, sent } = await send('sns', 'Publish', { TopicArn: TOPIC, Message: 'hello' })
        assertCommon(span, 'SNS', {
          'span.kind': 'producer',
          'aws.sns.topic_arn': TOPIC,
          topicname: 'orders',
          'messaging.system': 'aws.sns',
        })
        assert.equal(span.resource, `publish ${TOPIC}`)
        const { fields } = sent
        assert.equal(fields['MessageAttributes.entry.1.Value.DataType'], 'Binary')
        const value = String(fields['MessageAttributes.entry.1.Value.BinaryValue'])
        carries(Buffer.from(value, 'base64').toString(), span)
      })

      it('sends nothing of ours to a telephone', async () => {
        const { sent } = await send('sns', 'Publish', { PhoneNumber: '+1', Message: 'hello' })
        assert.doesNotMatch(sent.body, /_datadog/)
      })
    }

    if (has(set, 'kinesis')) {
      const dataOf = (fields: Any): string => Buffer.from(fields.Data, 'base64').toString()

      it('sends the trace in a record of Kinesis, and leaves the rest as it is written', async () => {
        const Data = Buffer.from('{ "n": 12345678901234567890 }')
        const { span, sent } = await send('kinesis', 'PutRecord', {
          StreamName: 'orders',
          PartitionKey: 'a',
          Data,
        })
        assertCommon(span, 'Kinesis', {
          'span.kind': 'producer',
          'aws.kinesis.stream_name': 'orders',
          streamname: 'orders',
          'messaging.system': 'aws_kinesis',
        })
        assert.match(dataOf(sent.fields), /^\{ "n": 12345678901234567890 ,"_datadog":\{/)
        carries(JSON.parse(dataOf(sent.fields))._datadog, span)
        assert.equal(String(Data), '{ "n": 12345678901234567890 }')
      })

      it('leaves records alone that are no objects', async () => {
        for (const text of ['[1]', 'text', '{}}', '5', '{"_datadog":1}']) {
          const input = { StreamName: 'orders', PartitionKey: 'a', Data: Buffer.from(text) }
          const { sent } = await send('kinesis', 'PutRecord', input)
          assert.equal(dataOf(sent.fields), text)
          collector.clear()
        }
      })
    }

    if (has(set, 'eventbridge')) {
      it('sends the trace in an event of EventBridge', async () => {
        const Entries = [{ Source: 'shop', DetailType: 'x', Detail: '{}' }]
        const { span, sent } = await send('eventbridge', 'PutEvents', { Entries })
        assertCommon(span, 'EventBridge', {
          'span.kind': 'producer',
          'aws.eventbridge.source': 'shop',
          'messaging.system': 'aws_eventbridge',
        })
        carries(JSON.parse((sent.fields as Any).Entries[0].Detail)._datadog, span)
      })
    }

    if (has(set, 'dynamodb')) {
      it('sees a table of DynamoDB', async () => {
        const { span } = await send('dynamodb', 'GetItem', { TableName: 'orders', Key: { id: { S: '1' } } })
        assertCommon(span, 'DynamoDB', {
          'span.kind': 'client',
          'aws.dynamodb.table_name': 'orders',
          tablename: 'orders',
          'db.system': 'aws.dynamodb',
        })
        assert.deepEqual([span.type, span.resource], ['dynamodb', 'getItem orders'])
      })

      it('points to the item that it wrote', async () => {
        for (const [Key, text] of [
          [{ id: { S: '1' } }, 'orders|id|1||'],
          [{ z: { N: '5' }, a: { B: Buffer.from('b') } }, 'orders|a|b|z|5'],
        ] as const) {
          collector.clear()
          const { span } = await send('dynamodb', 'DeleteItem', { TableName: 'orders', Key })
          const [link] = JSON.parse(span.meta['_dd.span_links'])
          const hash = createHash('sha256').update(text).digest('hex').slice(0, 32)
          assert.equal(link.attributes['ptr.hash'], hash)
        }
      })
    }

    if (has(set, 'lambda')) {
      it('sends the trace to a function of Lambda that is waited for', async () => {
        const ClientContext = Buffer.from('{"client":{"a":1},"custom":{"b":2}}').toString('base64')
        const { span, sent } = await send('lambda', 'Invoke', { FunctionName: 'bill', ClientContext })
        assertCommon(span, 'Lambda', { 'span.kind': 'client', functionname: 'bill', 'aws.lambda': 'bill' })
        const header = String(sent.headers['x-amz-client-context'])
        const context = JSON.parse(Buffer.from(header, 'base64').toString())
        assert.deepEqual([context.client, context.custom.b], [{ a: 1 }, 2])
        carries(context.custom, span)
      })

      it('sends none to one that is not', async () => {
        const { sent } = await send('lambda', 'Invoke', { FunctionName: 'bill', InvocationType: 'Event' })
        assert.equal(sent.headers['x-amz-client-context'], undefined)
      })
    }

    if (has(set, 'sfn')) {
      it('sends the trace in the input of Step Functions', async () => {
        const { span, sent } = await send('sfn', 'StartExecution', {
          stateMachineArn: TOPIC,
          input: '{"a":1}',
        })
        assertCommon(span, 'SFN', { statemachinearn: TOPIC })
        carries(JSON.parse((sent.fields as Any).input)._datadog, span)
      })
    }

    it('puts everything back', () => {
      const [name] = Object.keys(set.versions)
      const { client } = made(name.replace('@aws-sdk/client-', ''))
      const { prototype } = Object.getPrototypeOf(client.constructor)
      assert.ok(prototype.send.__datadog_patch)
      collector.stop()
      assert.equal(prototype.send.__datadog_patch, undefined)
    })
  })
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    Object.values(value).forEach(deepFreeze)
    Object.freeze(value)
  }
  return value
}
