/** `tracer/testing`: an agent inside a test, which takes in traces, waits for spans, and misbehaves on demand. */

export type { SpanEventRecord, SpanLinkRecord, SpanRecord } from '../agent/intake/span'
export type { CannedAnswer } from '../agent/options'
export type { RequestRecord } from '../agent/request-log'
export type { Which } from './behaviour'
export type { ExpectedSpan, Matcher } from './match'
export { startTestAgent, type TestAgent, type TestAgentOptions, type Waiting } from './test-agent'
export type { TestTrace } from './test-trace'
