/** The interface of Prisma's helper: `TracingHelper` of `@prisma/instrumentation-contract`. */

import type { Span } from '../../src/kit/index'

export interface StepOptions {
  /** Name of the step, for example `operation`, `compile`, `db_query`. */
  name: string
  /** True for steps that interest only the developers of Prisma. */
  internal?: boolean
  attributes?: Readonly<Record<string, unknown>>
}

export interface TracingHelper {
  isEnabled(): boolean
  /** Returns the `traceparent` of `context`, which `getActiveContext` returned when the operation began. */
  getTraceParent(context?: Span): string
  /** Receives the spans of the engine in Rust, which clients with driver adapters do not use. */
  dispatchEngineSpans(): void
  getActiveContext(): Span | undefined
  runInChildSpan<Result>(nameOrOptions: string | StepOptions, step: () => Result): Result
}
