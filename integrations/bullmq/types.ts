/** The parts of bullmq's objects that the integration uses. */

import type { AnyFunction } from '../../src/kit/index'

export interface JobOptions {
  telemetry?: { metadata?: unknown }
  /** Schedule of a template, from which bullmq makes jobs later. */
  repeat?: unknown
}

/** The draft of a job: added by itself, in bulk, or as a node of a flow. */
export interface Draft {
  name?: unknown
  data?: unknown
  opts?: JobOptions | null
  queueName?: string
  children?: Draft[]
}

export interface Job {
  id?: string
  name?: string
  data?: unknown
  opts?: JobOptions
  queueName?: string
}

export interface Library {
  Queue: ClassOf<'add' | 'addBulk'>
  FlowProducer: ClassOf<'add' | 'addBulk'>
  Worker: ClassOf<'callProcessJob'>
}

interface ClassOf<Method extends string> {
  prototype: Record<Method, AnyFunction>
}
