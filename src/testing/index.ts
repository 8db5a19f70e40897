/** `tracer/testing`: an agent inside your test that takes in traces, waits for them and can be told to misbehave. */

export type { SpanEventRecord, SpanLinkRecord, SpanRecord } from '../agent/intake/span.js'
export type { CannedAnswer } from '../agent/options.js'
export type { RequestRecord } from '../agent/request-log.js'
export type { Which } from './behaviour.js'
export type { ExpectedSpan, Matcher } from './match.js'
export { startTestAgent, type TestAgent, type TestAgentOptions, type Waiting } from './test-agent.js'
export type { TestTrace } from './test-trace.js'
