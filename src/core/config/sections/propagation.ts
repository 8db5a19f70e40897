/** Settings of the trace context in headers: formats, limits, baggage, trace ids, and which callers are trusted. */

import { otel } from '../lazy-otel'
import { bool, int, list, oneOf } from '../rows'

export const propagationRows = {
  // Three rows share the option `tracePropagationStyle`.
  propagationStyle: list({
    env: ['DD_TRACE_PROPAGATION_STYLE', 'OTEL_PROPAGATORS'],
    fromOtel: otel('propagators'),
    option: 'tracePropagationStyle',
    pick: given => stylesFor(given),
    fallback: ['datadog', 'tracecontext', 'baggage'],
    doc: 'Header formats, read in this order and all written: `datadog`, `tracecontext`, `b3`, `b3multi`, `baggage`, `none`.',
  }),
  propagationStyleInject: list({
    env: 'DD_TRACE_PROPAGATION_STYLE_INJECT',
    option: 'tracePropagationStyle',
    pick: given => stylesFor(given, 'inject'),
    fallback: [],
    doc: 'Header formats that are written, where they differ from `DD_TRACE_PROPAGATION_STYLE`; in code `{ inject: […] }`.',
  }),
  propagationStyleExtract: list({
    env: 'DD_TRACE_PROPAGATION_STYLE_EXTRACT',
    option: 'tracePropagationStyle',
    pick: given => stylesFor(given, 'extract'),
    fallback: [],
    doc: 'Header formats that are read, where they differ from `DD_TRACE_PROPAGATION_STYLE`; in code `{ extract: […] }`.',
  }),
  propagationExtractFirst: bool({
    env: 'DD_TRACE_PROPAGATION_EXTRACT_FIRST',
    option: false,
    fallback: false,
    doc: 'Read the context from the first header format that is present, and no other.',
  }),
  propagationBehaviorExtract: oneOf(['continue', 'restart', 'ignore'], {
    env: 'DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT',
    option: false,
    fallback: 'continue',
    doc: "A caller's trace: `continue` it, `restart` (begin a new trace with a link to it), or `ignore` it.",
  }),
  tagsMaxLength: int({
    env: 'DD_TRACE_X_DATADOG_TAGS_MAX_LENGTH',
    option: false,
    fallback: 512,
    min: 0,
    doc: 'Largest number of characters in an `x-datadog-tags` header, read or written; 0 turns the header off.',
  }),
  baggageMaxItems: int({
    env: 'DD_TRACE_BAGGAGE_MAX_ITEMS',
    fallback: 64,
    min: 0,
    doc: 'Largest number of items that are sent in a `baggage` header.',
  }),
  baggageMaxBytes: int({
    env: 'DD_TRACE_BAGGAGE_MAX_BYTES',
    fallback: 8192,
    min: 0,
    unit: 'bytes',
    doc: 'Largest number of bytes that are sent in a `baggage` header.',
  }),
  baggageTagKeys: list({
    env: 'DD_TRACE_BAGGAGE_TAG_KEYS',
    fallback: ['user.id', 'session.id', 'account.id'],
    emptyCounts: true,
    doc: 'Keys of baggage that become tags `baggage.<key>`; `*` = all, empty = none.',
  }),
  legacyBaggageEnabled: bool({
    env: 'DD_TRACE_LEGACY_BAGGAGE_ENABLED',
    fallback: true,
    doc: 'Send and read `ot-baggage-*` headers, up to 64 items and 2048 bytes.',
  }),
  traceId128BitGenerationEnabled: bool({
    env: 'DD_TRACE_128_BIT_TRACEID_GENERATION_ENABLED',
    fallback: true,
    doc: 'Give new traces ids of 128 bits; when false, of 64 bits.',
  }),
  traceId128BitLoggingEnabled: bool({
    env: 'DD_TRACE_128_BIT_TRACEID_LOGGING_ENABLED',
    fallback: true,
    doc: 'Write all 128 bits of a trace id into log records, in hexadecimal; when false, the lower 64 bits in decimal.',
  }),
  orgGuard: bool({
    env: 'DD_TRACE_ORG_GUARD_ENABLED',
    option: false,
    fallback: false,
    doc: 'Ignore sampling decision, origin and tags from callers of other organisations; only trace ids and baggage are kept.',
  }),
  orgGuardStrict: bool({
    env: 'DD_TRACE_ORG_GUARD_STRICT',
    option: false,
    fallback: false,
    doc: 'Treat callers without an organisation marker as foreign (`DD_TRACE_ORG_GUARD_ENABLED`).',
  }),
  orgGuardTrusted: list({
    env: 'DD_TRACE_ORG_GUARD_TRUSTED_OPMS',
    option: false,
    fallback: [],
    doc: 'Markers of other organisations that are trusted nevertheless (`DD_TRACE_ORG_GUARD_ENABLED`).',
  }),
} as const

/**
 * Returns the styles for one direction, or without `direction` for both. In code, `tracePropagationStyle` is a list
 * for both directions, which beats all variables, or an object with a list for each.
 */
function stylesFor(given: unknown, direction?: 'inject' | 'extract'): unknown {
  if (Array.isArray(given) || typeof given !== 'object' || given === null) return given
  return direction === undefined ? undefined : (given as Record<string, unknown>)[direction]
}
