/** `tracer/testing`: an agent inside your test that takes in traces, waits for them and can be told to misbehave. */

export type { SpanEventRecord, SpanLinkRecord, SpanRecord } from '../agent/intake/span'
export type { CannedAnswer } from '../agent/options'
export type { RequestRecord } from '../agent/request-log'
export type { Which } from './behaviour'
export type { ExpectedSpan, Matcher } from './match'
export { startTestAgent, type TestAgent, type TestAgentOptions, type Waiting } from './test-agent'
export type { TestTrace } from './test-trace'
