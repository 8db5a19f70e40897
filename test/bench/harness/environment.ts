/** Settings of the traced subjects: every trace is kept, and everything but tracing is off. */

/** For a subject whose agent is the sink at `url`. Variables that a tracer does not know change nothing. */
export function tracingEnvironment(url: string): Record<string, string> {
  return {
    DD_TRACE_AGENT_URL: url,
    DD_SERVICE: 'bench',
    DD_ENV: 'bench',
    DD_VERSION: '1.0.0',
    DD_TRACE_STARTUP_LOGS: 'false',
    // Off by default in the tracer: a peer that makes more spans would be compared for other work.
    DD_TRACE_MIDDLEWARE_TRACING_ENABLED: 'false',
    DD_TRACE_DNS_ENABLED: 'false',
    DD_TRACE_NET_ENABLED: 'false',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_RUNTIME_METRICS_ENABLED: 'false',
    DD_TRACE_STATS_COMPUTATION_ENABLED: 'false',
    DD_DATA_STREAMS_ENABLED: 'false',
    DD_CODE_ORIGIN_FOR_SPANS_ENABLED: 'false',
    DD_DYNAMIC_INSTRUMENTATION_ENABLED: 'false',
    DD_LOGS_INJECTION: 'false',
    DD_APPSEC_ENABLED: 'false',
    DD_IAST_ENABLED: 'false',
    DD_PROFILING_ENABLED: 'false',
    DD_CRASHTRACKING_ENABLED: 'false',
    BENCH_SINK_URL: url,
  }
}

/** Added for a subject that is profiled: everything on that is on by default, in profiles of `periodSeconds`. */
export function profilingEnvironment(periodSeconds: number): Record<string, string> {
  return {
    DD_PROFILING_ENABLED: 'true',
    DD_PROFILING_UPLOAD_PERIOD: String(periodSeconds),
    // Off by default in the tracer, and expensive: a peer would be compared for other work.
    DD_PROFILING_ALLOCATION_ENABLED: 'false',
  }
}
