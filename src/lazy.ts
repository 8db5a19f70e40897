/** Loads the parts that only some programs need, each when it is first asked for: a start pays for none. */

export const loadAgentServices = (): typeof import('./agent-services') => require('./agent-services')
export const loadCheckpointer = (): typeof import('./checkpointer') => require('./checkpointer')
export const loadDataStreams = (): typeof import('./export/data-streams/index') =>
  require('./export/data-streams/index')
export const loadLogs = (): typeof import('./logs') => require('./logs')
export const loadMetrics = (): typeof import('./metrics/index') => require('./metrics/index')
export const loadOtel = (): typeof import('./otel/index') => require('./otel/index')
export const loadOtelLogs = (): typeof import('./otel/logs') => require('./otel/logs')
export const loadOtlp = (): typeof import('./export/otlp/index') => require('./export/otlp/index')
export const loadOtlpLogs = (): typeof import('./export/otlp/logs/index') =>
  require('./export/otlp/logs/index')
export const loadProfiling = (): typeof import('./profiling/index') => require('./profiling/index')
export const loadStats = (): typeof import('./export/stats/index') => require('./export/stats/index')
