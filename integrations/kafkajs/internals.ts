/**
 * Internal classes of kafkajs between a producer and the socket. Headers are added here, behind the last code that
 * shows messages to the application: its own objects are never changed, and its partitioner gets them uncopied.
 */

import { activeSpan, type PatchTools, runInSpan, runWithBaggage } from '../../src/kit/index'
import { Sending } from './sending'
import { patchCommits } from './streams'
import type { Broker, Cluster, ProduceRequest } from './types'

/** Wraps the client's view of a cluster; each producer has its own. */
export function patchCluster(Class: { prototype: object }, tools: PatchTools): void {
  // Every attempt to send begins with this call.
  tools.wrap(Class.prototype, 'refreshMetadataIfNecessary', original => {
    return function (this: Cluster): unknown {
      const sending = Sending.of(activeSpan())
      if (sending !== undefined) sending.producer.cluster = this
      return Reflect.apply(original, this, arguments)
    }
  })
}

/** Wraps the requests that send messages and commit offsets. */
export function patchBroker(Class: { prototype: object }, tools: PatchTools): void {
  patchCommits(Class.prototype, tools)
  tools.wrap(Class.prototype, 'produce', original => {
    return function (this: Broker, request: ProduceRequest): unknown {
      const sending = Sending.of(activeSpan())
      if (sending === undefined) return Reflect.apply(original, this, arguments)
      let changed: ProduceRequest | undefined
      try {
        changed = sending.withHeaders(request, this.versions)
      } catch (error) {
        tools.state.failed(error)
      }
      if (changed === undefined) return Reflect.apply(original, this, arguments)
      const answer = original.call(this, changed) as Promise<unknown>
      // kafkajs awaits the same promise and handles its rejection.
      answer.then(undefined, error => sending.producer.failed(error))
      return answer
    }
  })
}

/** Wraps `connect`: a connection outlives the request that opens it, and must not belong to that request's span. */
export function patchConnection(Class: { prototype: object }, tools: PatchTools): void {
  tools.wrap(Class.prototype, 'connect', original => {
    return function (this: unknown): unknown {
      return runWithBaggage(undefined, runInSpan, undefined, [undefined, original, this, arguments])
    }
  })
}
