/** A subject of the questions on profiling: a tracer, whose environment says whether it profiles. */

export interface ProfilingSubject {
  /** Runs `fn` in a span that ends with what it returns. */
  trace<Result>(name: string, fn: () => Result): Result
  /** Resolves when all spans that have ended have been sent. */
  flush(): Promise<void>
}
