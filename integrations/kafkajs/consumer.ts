/**
 * Consumers. The handlers are replaced on the runner of kafkajs, which keeps those that `consumer.run()` was given; the
 * consumer and the objects of the application stay as they are.
 */

import { type AnyFunction, type PatchTools, runInSpan, runWithBaggage } from '../../src/kit/index'
import { type HandlerSpans, handlerSpans, type Watermarks } from './handlers'
import { MessageStreams } from './streams'
import type { Batch, Runner } from './types'

/** Wraps the class that runs the handlers of a consumer. */
export function patchRunner(Class: { prototype: object }, tools: PatchTools): void {
  const { prototype } = Class
  const spans = handlerSpans(tools)
  const streams = MessageStreams.of(tools)
  const watermarks = new WeakMap<Runner, Watermarks>()
  tools.wrap(prototype, 'start', original => {
    return function (this: Runner): unknown {
      tools.fenced(() => {
        if (watermarks.has(this)) return
        const known: Watermarks = new Map()
        watermarks.set(this, known)
        patchHandlers(this, known, spans, tools)
      })
      // The runner fetches for as long as the consumer runs, and must not belong to the span that was active at its
      // start.
      return runWithBaggage(undefined, runInSpan, undefined, [undefined, original, this, arguments])
    }
  })
  tools.wrap(prototype, 'processEachMessage', original => {
    return function (this: Runner, batch: Batch): unknown {
      tools.fenced(() => {
        remember(watermarks.get(this), batch)
        streams?.fetched(batch)
      })
      return Reflect.apply(original, this, arguments)
    }
  })
}

function patchHandlers(runner: Runner, watermarks: Watermarks, spans: HandlerSpans, tools: PatchTools): void {
  const { eachMessage, eachBatch } = runner
  if (typeof eachMessage === 'function') {
    runner.eachMessage = handler(eachMessage, args => spans.message(runner, args[0], watermarks), tools)
  }
  if (typeof eachBatch === 'function') {
    runner.eachBatch = handler(eachBatch, args => spans.batch(runner, args[0]), tools)
  }
}

function handler(
  original: AnyFunction,
  start: (args: IArguments) => ReturnType<HandlerSpans['message']>,
  tools: PatchTools,
): AnyFunction {
  return function (this: unknown): unknown {
    if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
    let handling: ReturnType<typeof start> | undefined
    try {
      handling = start(arguments)
    } catch (error) {
      tools.state.failed(error)
    }
    return handling === undefined
      ? Reflect.apply(original, this, arguments)
      : handling.run(original, this, arguments)
  }
}

function remember(watermarks: Watermarks | undefined, { topic, partition, highWatermark }: Batch): void {
  if (watermarks === undefined) return
  let ofTopic = watermarks.get(topic)
  if (ofTopic === undefined) {
    ofTopic = new Map()
    watermarks.set(topic, ofTopic)
  }
  ofTopic.set(partition, highWatermark)
}
