/**
 * kafkajs' classes on the way to the wire. Headers are added here, behind the last place where the application sees its
 * messages: what it handed over is never changed or copied before, also not for its own partitioner.
 */

import { activeSpan, type PatchTools, runInSpan, runWithBaggage } from '../../src/kit/index'
import { Sending } from './sending'
import { patchCommits } from './streams'
import type { Broker, Cluster, ProduceRequest } from './types'

/** A cluster is the client's view of it; each producer has its own. */
export function patchCluster(Class: { prototype: object }, tools: PatchTools): void {
  // Every attempt to send begins with it.
  tools.wrap(Class.prototype, 'refreshMetadataIfNecessary', original => {
    return function (this: Cluster): unknown {
      const sending = Sending.of(activeSpan())
      if (sending !== undefined) sending.producer.cluster = this
      return Reflect.apply(original, this, arguments)
    }
  })
}

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
      // kafkajs waits for the same promise: what fails is handled there.
      answer.then(undefined, error => sending.producer.failed(error))
      return answer
    }
  })
}

/** A connection is opened by whoever needs it first, and must not belong to that one's span for as long as it lives. */
export function patchConnection(Class: { prototype: object }, tools: PatchTools): void {
  tools.wrap(Class.prototype, 'connect', original => {
    return function (this: unknown): unknown {
      return runWithBaggage(undefined, runInSpan, undefined, [undefined, original, this, arguments])
    }
  })
}
