/** The least that has to be done: ids, times, tags, one encoding, one HTTP request. It is a bound, not a tracer. */

import { type Kind, kindOf } from '../floor/kind'
import { Payload } from '../floor/payload'
import { FloorSpan } from '../floor/span'
import * as work from './work'

const META = {
  component: work.COMPONENT,
  'span.kind': work.KIND,
  '_dd.integration': work.COMPONENT,
  'out.host': work.HOST,
  language: 'javascript',
  'runtime-id': work.requestIdOf(0),
  env: 'bench',
  version: '1.0.0',
}
const METRICS = { 'network.destination.port': work.PORT, process_id: process.pid, '_dd.measured': 1 }

export function create(): work.SpansSubject {
  const payload = new Payload(process.env.BENCH_SINK_URL as string)
  const kinds = new Map<string, Kind>()
  for (const name of work.NAMES) {
    kinds.set(name, kindOf({ name, service: work.SERVICE, type: work.TYPE }, META, METRICS))
  }
  const byIndex = work.NAMES.map(name => kinds.get(name) as Kind)
  const start = (index: number, serial: number, parent: FloorSpan | undefined): FloorSpan =>
    new FloorSpan(byIndex[index] as Kind, parent, work.RESOURCES[index] as string, {
      'http.url': work.urlOf(serial),
      'request.id': work.requestIdOf(serial),
      'db.row_count': work.rowsOf(serial),
      'cache.hit_ratio': work.ratioOf(serial),
    })
  const finish = (span: FloorSpan): void => span.finish(payload)
  return {
    trace: serial => work.makeTrace(serial, start, finish),
    flush: () => payload.flush(),
  }
}
