/** Opens data streams in tests of integrations. */

import type { TestContext } from 'node:test'
import { Transport } from '../../src/core/transport'
import { DataStreamsMonitor } from '../../src/export/data-streams/monitor'
import type { DataStreams, Pathway } from '../../src/trace/data-streams'

export interface Checkpoint {
  tags: string[]
  parent: Pathway | undefined
  payloadBytes: number
  pathway: Pathway
}

/** A real monitor, and what it was told. */
export function recordStreams(t: TestContext): {
  streams: DataStreams
  checkpoints: Checkpoint[]
  backlogs: Map<string, number>
} {
  const transport = new Transport('http://127.0.0.1:1')
  const identity = {
    Env: 'test',
    Service: 'shop',
    Version: '',
    TracerVersion: '1',
    Lang: 'javascript',
    Tags: [],
    ProcessTags: [],
  }
  const monitor = new DataStreamsMonitor({ transport, identity, headers: {} })
  t.after(async () => {
    monitor.giveUp()
    await monitor.shutdown(0)
    transport.close()
  })
  const checkpoints: Checkpoint[] = []
  const backlogs = new Map<string, number>()
  const streams: DataStreams = {
    checkpoint(tags, parent, payloadBytes, span) {
      const pathway = monitor.checkpoint(tags, parent, payloadBytes, span)
      checkpoints.push({ tags: [...tags].sort(), parent, payloadBytes, pathway })
      return pathway
    },
    backlog(tags, offset) {
      backlogs.set([...tags].sort().join(), offset)
      monitor.backlog(tags, offset)
    },
    inject: (pathway, carrier) => monitor.inject(pathway, carrier),
    extract: carrier => monitor.extract(carrier),
  }
  return { streams, checkpoints, backlogs }
}
