/** Checkpoints of data streams that an application sets itself, for queues that no integration knows. */

import { fence } from './core/fence'
import { activePathway, type DataStreams, enterPathway } from './trace/data-streams'
import type { DataStreamsCheckpointer } from './types'

const MANUAL = 'manual_checkpoint:true'

/** Makes the checkpointer. It does nothing while `dataStreams` returns undefined, that is, while they are not monitored. */
export function checkpointerOf(dataStreams: () => DataStreams | undefined): DataStreamsCheckpointer {
  return {
    setProduceCheckpoint(type, target, carrier) {
      fence('setProduceCheckpoint', () => {
        const streams = dataStreams()
        if (streams === undefined || typeof carrier !== 'object' || carrier === null) return
        const tags = ['direction:out', `topic:${target}`, `type:${type}`, MANUAL]
        const pathway = streams.checkpoint(tags, activePathway(), 0)
        streams.inject(pathway, carrier as Record<string, unknown>)
      })
    },
    setConsumeCheckpoint(type, source, carrier, manual = true) {
      fence('setConsumeCheckpoint', () => {
        const streams = dataStreams()
        if (streams === undefined) return
        const tags = ['direction:in', `topic:${source}`, `type:${type}`]
        if (manual) tags.push(MANUAL)
        enterPathway(streams.checkpoint(tags, streams.extract(carrier), 0))
      })
    },
  }
}
