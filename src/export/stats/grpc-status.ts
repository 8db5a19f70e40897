/** Status codes of gRPC, by the names in https://grpc.io/docs/guides/status-codes. */

const NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]
/** Codes by names without underscores, since some libraries write `NotFound`. */
const CODES = new Map(NAMES.map((name, code) => [name.replaceAll('_', ''), code]))
CODES.set('CANCELED', 1)

/** Returns the digits of a code that is given as a number, as digits or as a name; empty when it is none of these. */
export function grpcStatus(value: unknown): string {
  const text = String(value ?? '').trim()
  if (/^\d{1,3}$/.test(text)) return Number(text) <= 255 ? String(Number(text)) : ''
  const name = text.replace(/^StatusCode\./, '').replaceAll('_', '')
  return String(CODES.get(name.toUpperCase()) ?? '')
}
