/** What Prisma asks of a helper: `TracingHelper` of `@prisma/instrumentation-contract`. */

import type { Span } from '../../src/kit/index'

export interface StepOptions {
  /** For example `operation`, `compile`, `db_query`. */
  name: string
  /** Of interest to the makers of Prisma only. */
  internal?: boolean
  attributes?: Readonly<Record<string, unknown>>
}

export interface TracingHelper {
  isEnabled(): boolean
  /** `context`: what `getActiveContext` answered when the operation began. */
  getTraceParent(context?: Span): string
  /** Those of the engine in Rust, which clients with driver adapters have not. */
  dispatchEngineSpans(): void
  getActiveContext(): Span | undefined
  runInChildSpan<Result>(nameOrOptions: string | StepOptions, step: () => Result): Result
}
