/** Message queues: the spans of what is sent and of what comes, how a message carries its trace, and data streams. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/trace/context'
import type { CollectOptions, Collector, PlainSpan } from '../support/collect'
import { type Checkpoint, recordStreams } from '../support/streams'

const CALLERS = 20
const NO_PARENT = '0000000000000000'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`
const DEADLINE_MS = 30_000

/** One test's queue: nobody else has it. */
export interface Queue {
  /** What the spans call it. */
  name: string
  /** Sends a message, which carries `carrier` where one is given. */
  send(text: string, carrier?: Record<string, string>): Promise<unknown>
  /** Calls `handle` for each message, from the first on, until the test ends. */
  consume(handle: (text: string) => unknown): Promise<unknown>
  /** Tags that its spans have besides those of the contract. */
  sent?: Record<string, string>
  received?: Record<string, string>
}

interface Side {
  name: string
  /** Name in the attribute schema v1. */
  v1: string
  resource(queue: string): string
}

export interface MessageQueue {
  /** Name of the integration. */
  name: string
  service: string
  serviceSource: string
  producer: Side
  consumer: Side
  /** Tags of the checkpoints of data streams, sorted; the id of a cluster is `any`. */
  checkpoint(direction: 'in' | 'out', queue: string): string[]
  /** Bytes of the message that a checkpoint counts, where the library itself makes text of it. */
  payloadBytes?(text: string): number
  /** Declares a test for each version. `collect` starts the integration until the test ends. */
  test(name: string, body: (place: QueuePlace) => Promise<void>): void
}

export interface QueuePlace {
  t: import('node:test').TestContext
  collect(options?: CollectOptions): Collector
  /** A queue and what is needed to send; made before `collect`, it is not seen. */
  queue(): Promise<Queue>
}

export function messageQueueContract(library: MessageQueue): void {
  const { name, test } = library
  const isSent = (span: PlainSpan) => span.meta['span.kind'] === 'producer'
  const isReceived = (span: PlainSpan) => span.meta['span.kind'] === 'consumer'

  /** Waits until there are as many spans of what was sent, and of what came. */
  async function until(
    collector: Collector,
    sent: number,
    came: number,
  ): Promise<[PlainSpan[], PlainSpan[]]> {
    let spans = await collector.waitFor(sent + came)
    while (spans.filter(isSent).length < sent || spans.filter(isReceived).length < came)
      spans = await collector.waitFor(spans.length + 1)
    return [spans.filter(isSent), spans.filter(isReceived)]
  }

  test('a message is handled in a span that goes on the trace of the one that sent it', async place => {
    const collector = place.collect()
    const queue = await place.queue()
    const handled = calls<string | undefined>(1)
    await queue.consume(async () => {
      await new Promise(resolve => setImmediate(resolve))
      handled.add(activeSpan()?.toSpanId(true))
    })
    const parent = await collector.inParent(async span => {
      await queue.send('tea')
      return span.toSpanId(true)
    })
    const [[sent], [received]] = await until(collector, 1, 1)
    const plain = ({ meta }: PlainSpan) => [meta.component, meta['_dd.integration'], meta['_dd.svc_src']]
    for (const [span, side, type, expected] of [
      [sent, library.producer, '', queue.sent],
      [received, library.consumer, 'worker', queue.received],
    ] as const) {
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error],
        [side.name, library.service, side.resource(queue.name), type, 0],
      )
      assert.deepEqual(plain(span), [name, name, library.serviceSource])
      assert.equal(span.metrics['_dd.measured'], 1)
      for (const [tag, value] of Object.entries(expected ?? {})) assert.equal(span.meta[tag], value, tag)
    }
    assert.equal(sent.parentId, parent)
    assert.deepEqual([received.traceId, received.parentId], [sent.traceId, sent.spanId])
    assert.deepEqual(await handled.all, [received.spanId])
  })

  test('messages that are sent at the same time each carry the span of their caller', async place => {
    const collector = place.collect()
    const queue = await place.queue()
    const handled = new Map<string, string | undefined>()
    const all = calls<string>(CALLERS)
    await queue.consume(text => {
      handled.set(text, activeSpan()?.toSpanId(true))
      all.add(text)
    })
    await Promise.all(
      Array.from({ length: CALLERS }, (_, caller) =>
        collector.inParent(() => queue.send(`of ${caller}`), `caller ${caller}`),
      ),
    )
    await all.all
    const [, received] = await until(collector, CALLERS, CALLERS)
    const spans = new Map(collector.spans().map(span => [span.spanId, span]))
    assert.equal(handled.size, CALLERS)
    for (const [text, id] of handled) {
      const span = received.find(each => each.spanId === id)
      const sent = spans.get(span?.parentId ?? '')
      assert.equal(spans.get(sent?.parentId ?? '')?.resource, `caller ${text.slice(3)}`)
    }
  })

  const carriers: [string, Record<string, string>, traceId: string | undefined, parentId: string][] = [
    [
      'of Datadog',
      { 'x-datadog-trace-id': '123', 'x-datadog-parent-id': '456', 'x-datadog-sampling-priority': '2' },
      (123).toString(16).padStart(32, '0'),
      (456).toString(16).padStart(16, '0'),
    ],
    ['of W3C', { traceparent: TRACEPARENT, tracestate: 'dd=s:2;o:rum,other=1' }, TRACE, '00f067aa0ba902b7'],
    [
      'that are malformed',
      { traceparent: 'x'.repeat(1000), 'x-datadog-trace-id': 'abc' },
      undefined,
      NO_PARENT,
    ],
    ['that say nothing', { 'x-datadog-trace-id': '', 'x-datadog-parent-id': '-1' }, undefined, NO_PARENT],
  ]
  for (const [what, carrier, traceId, parentId] of carriers) {
    test(`a message with headers ${what}`, async place => {
      const queue = await place.queue()
      await queue.send('tea', carrier)
      const collector = place.collect()
      await queue.consume(() => {})
      const [, [received]] = await until(collector, 0, 1)
      assert.equal(received.error, 0)
      assert.equal(received.parentId, parentId)
      if (traceId === undefined) return
      assert.equal(received.traceId.padStart(32, '0'), traceId)
      assert.equal(received.metrics._sampling_priority_v1, 2)
      assert.equal(received.meta['_dd.origin'], 'tracestate' in carrier ? 'rum' : undefined)
    })
  }

  const options: [string, CollectOptions, (sent: PlainSpan, received: PlainSpan) => void][] = [
    [
      'the attribute schema v1 names the operations and the service',
      { config: { spanAttributeSchema: 'v1' } },
      (...spans) => {
        for (const [index, { name: its, service, meta }] of spans.entries()) {
          const side = index === 0 ? library.producer : library.consumer
          assert.deepEqual([its, service, meta['_dd.svc_src']], [side.v1, 'shop', undefined])
        }
      },
    ],
    [
      'the service can be given',
      { use: { [name]: { service: 'orders-queue' } } },
      (...spans) => {
        for (const { service, meta } of spans)
          assert.deepEqual([service, meta['_dd.svc_src']], ['orders-queue', 'opt.plugin'])
      },
    ],
  ]
  for (const [title, given, check] of options) {
    test(title, async place => {
      const collector = place.collect(given)
      const queue = await place.queue()
      await queue.consume(() => {})
      await queue.send('tea')
      const [[sent], [received]] = await until(collector, 1, 1)
      check(sent, received)
    })
  }

  test('there are no spans while the integration is off', async place => {
    const collector = place.collect({ use: { [name]: false } })
    const queue = await place.queue()
    const handled = calls<unknown>(1)
    await queue.consume(() => handled.add(activeSpan()))
    await queue.send('tea')
    assert.deepEqual(await handled.all, [undefined])
    assert.deepEqual(collector.own(), [])
  })

  test('a message that is passed on is one way through the queues', async place => {
    const { streams, checkpoints } = recordStreams(place.t)
    const collector = place.collect({ dataStreams: streams })
    const [first, second] = [await place.queue(), await place.queue()]
    const last = calls<string>(1)
    await second.consume(text => last.add(text))
    await first.consume(() => second.send('two'))
    await first.send('one é')
    assert.deepEqual(await last.all, ['two'])
    const [sent, received] = await until(collector, 2, 2)
    const hash = (pathway: Checkpoint['parent']) => pathway && Buffer.from(pathway.hash).toString('hex')
    assert.deepEqual(
      checkpoints.map(({ tags }) => tags.map(tag => tag.replace(/^(kafka_cluster_id:).*/, '$1any'))),
      [first, second].flatMap(queue => [
        library.checkpoint('out', queue.name),
        library.checkpoint('in', queue.name),
      ]),
    )
    assert.deepEqual(
      checkpoints.map(({ parent }) => hash(parent)),
      [undefined, ...checkpoints.slice(0, -1).map(({ pathway }) => hash(pathway))],
    )
    const [{ payloadBytes }] = checkpoints
    assert.ok(payloadBytes >= Buffer.byteLength('one é'))
    if (library.payloadBytes !== undefined) assert.equal(payloadBytes, library.payloadBytes('one é'))
    for (const span of [...sent, ...received]) assert.match(String(span.meta['pathway.hash']), /^\d+$/)
  })
}

/** Waits for `count` calls. */
function calls<T>(count: number): { all: Promise<T[]>; add(value: T): void } {
  const values: T[] = []
  let done: (values: T[]) => void = () => {}
  const all = new Promise<T[]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${values.length} of ${count} calls`)), DEADLINE_MS)
    done = () => {
      clearTimeout(timer)
      resolve(values)
    }
  })
  // A test that fails earlier does not await it: without this, its rejection would count as unhandled.
  all.catch(() => {})
  return {
    all,
    add(value) {
      values.push(value)
      if (values.length === count) done(values)
    },
  }
}
