/**
 * Clients and their producers. kafkajs builds producers of closures, so the methods are replaced on each object when it
 * is returned.
 */

import {
  type AnyFunction,
  disguise,
  endSpan,
  endWithResult,
  type PatchTools,
  runInSpan,
  type Span,
} from '../../src/kit/index'
import { Producer } from './producer'
import type { Sending } from './sending'
import { type SendSpans, sendSpans } from './spans'
import type { Sender, TopicMessages } from './types'

type KafkaClass = new (options: { brokers?: unknown }) => object

/** Wraps the class of clients. */
export function patchKafka(exports: { Kafka: KafkaClass }, tools: PatchTools): void {
  const Kafka = exports.Kafka
  if (typeof Kafka !== 'function') return
  const servers = new WeakMap<object, string>()
  const spans = sendSpans(tools)
  tools.wrap(Kafka.prototype, 'producer', original => {
    return function (this: object): unknown {
      const sender = Reflect.apply(original, this, arguments)
      tools.fenced(() => patchSender(sender, new Producer(servers.get(this)), spans, tools))
      return sender
    }
  })
  watchConstruction(exports, tools, (kafka, options) => {
    if (!Array.isArray(options?.brokers)) return
    servers.set(kafka, options.brokers.join(','))
  })
}

/**
 * Calls `onMade` for each new client with its options, which the client keeps in a closure: they are the only place
 * with all broker addresses.
 */
function watchConstruction(
  exports: { Kafka: KafkaClass },
  tools: PatchTools,
  onMade: (kafka: object, options: { brokers?: unknown } | undefined) => void,
): void {
  const before = Object.getOwnPropertyDescriptor(exports, 'Kafka')
  const Kafka = exports.Kafka
  if (before?.configurable !== true || !('value' in before)) return
  const proxy = new Proxy(Kafka, {
    construct(target, args, newTarget) {
      const kafka = Reflect.construct(target, args, newTarget)
      tools.fenced(() => onMade(kafka, args[0]))
      return kafka
    },
  })
  const { prototype } = Kafka
  const known = Object.getOwnPropertyDescriptor(prototype, 'constructor')
  Object.defineProperty(exports, 'Kafka', { ...before, value: disguise(proxy as never, Kafka as never) })
  Object.defineProperty(prototype, 'constructor', { ...known, value: proxy })
  tools.onUndo(() => {
    if (exports.Kafka === proxy) Object.defineProperty(exports, 'Kafka', before)
    Object.defineProperty(prototype, 'constructor', known as PropertyDescriptor)
    Reflect.deleteProperty(Kafka, '__datadog_patch')
  })
}

function patchSender(sender: Sender, producer: Producer, spans: SendSpans, tools: PatchTools): void {
  replace(sender, 'send', original => {
    return function (this: unknown, request: TopicMessages | undefined): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      return send([request], original, this, arguments)
    }
  })
  replace(sender, 'sendBatch', original => {
    return function (this: unknown, request: { topicMessages?: TopicMessages[] } | undefined): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      return send(request?.topicMessages, original, this, arguments)
    }
  })
  replace(sender, 'transaction', original => {
    return function (this: unknown): unknown {
      const begun = Reflect.apply(original, this, arguments)
      if (!(begun instanceof Promise)) return begun
      return begun.then(transaction => {
        tools.fenced(() => patchSender(transaction, producer, spans, tools))
        return transaction
      })
    }
  })

  function send(topics: unknown, original: AnyFunction, self: unknown, args: IArguments): unknown {
    let sending: Sending | undefined
    let first: Span | undefined
    try {
      sending = spans.start(producer, topics)
      first = sending?.first
    } catch (error) {
      tools.state.failed(error)
    }
    if (sending === undefined || first === undefined) return Reflect.apply(original, self, args)
    const started = sending
    let result: unknown
    try {
      result = runInSpan(first, original, self, args)
    } catch (error) {
      started.ended(error, undefined)
      endSpan(first, true, error, undefined)
      throw error
    }
    return endWithResult(first, result, (_span, error, results) => {
      try {
        started.ended(error, results)
      } catch (failure) {
        tools.state.failed(failure)
      }
    })
  }
}

/**
 * Replaces a method of a producer. This is not undone when the tracer stops, since that would need a reference to every
 * producer. Stopped wrappers only forward the call.
 */
function replace(sender: Sender, name: keyof Sender, wrapper: (original: AnyFunction) => AnyFunction): void {
  const original = sender?.[name]
  if (typeof original === 'function') Reflect.set(sender, name, disguise(wrapper(original), original))
}
