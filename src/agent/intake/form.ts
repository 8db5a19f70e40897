/**
 * Reads a body of `multipart/form-data` (RFC 7578, RFC 2046 §5.1.1). Node's own reader decodes a part without a file
 * name as text, which ruins a profile, and does not say what is wrong with a body.
 */

import { DecodeError } from './decode-error'

/** A part of a form. */
export interface FormPart {
  name: string
  filename: string | undefined
  /** Content of the part, a view into the body. */
  data: Buffer
}

/** Largest number of parts. Uploads have up to ten files; the oldest clients send each tag as a part. */
const MAX_PARTS = 200
const MAX_HEADER_BYTES = 16 * 1024
const NEW_LINE = '\r\n'

/** Returns all parts in their order. Throws a `DecodeError` with the reason. */
export function readForm(body: Buffer, contentType: string | undefined): FormPart[] {
  const delimiter = `--${boundaryOf(contentType)}`
  const parts: FormPart[] = []
  // Bytes before the first delimiter are ignored, as RFC 2046 says.
  let at = findDelimiter(body, delimiter, 0, true)
  if (at < 0) throw new DecodeError('form: its boundary is not in the body')
  while (!isAt(body, at, '--')) {
    if (parts.length === MAX_PARTS) throw new DecodeError(`form: more than ${MAX_PARTS} parts`)
    const where = `form part ${parts.length}`
    const start = body.indexOf(NEW_LINE, at) + NEW_LINE.length
    const head = headOf(body, start, where)
    const next = findDelimiter(body, NEW_LINE + delimiter, head.end, false)
    if (next < 0) throw new DecodeError(`${where} ("${head.name}"): the body ends before its end`)
    const end = next - delimiter.length - NEW_LINE.length
    parts.push({
      name: head.name,
      filename: head.filename,
      data: body.subarray(head.end, Math.max(head.end, end)),
    })
    at = next
  }
  return parts
}

function boundaryOf(contentType: string | undefined): string {
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '')
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw new DecodeError('form: content-type has no boundary')
  return boundary
}

/** Returns where a delimiter ends that is not the beginning of a longer text; -1 when there is none. */
function findDelimiter(body: Buffer, delimiter: string, from: number, isFirst: boolean): number {
  // The delimiter of an empty part follows its head at once: the new line is the head's.
  for (let start = isFirst ? from : from - NEW_LINE.length; ; start++) {
    start = body.indexOf(delimiter, start)
    if (start < 0) return -1
    const end = start + delimiter.length
    const isOnNewLine = !isFirst || start === 0 || isAt(body, start - NEW_LINE.length, NEW_LINE)
    if (isOnNewLine && (isAt(body, end, '--') || isAt(body, skipBlanks(body, end), NEW_LINE))) return end
  }
}

function headOf(
  body: Buffer,
  start: number,
  where: string,
): { name: string; filename?: string; end: number } {
  const end = body.indexOf(NEW_LINE + NEW_LINE, start - NEW_LINE.length)
  if (end < 0) throw new DecodeError(`${where}: the body ends in its head`)
  if (end - start > MAX_HEADER_BYTES) throw new DecodeError(`${where}: its head is too long`)
  const lines = body.toString('utf8', start, Math.max(start, end)).split(NEW_LINE)
  const disposition = lines.find(line => /^content-disposition\s*:/i.test(line)) ?? ''
  const name = parameterOf(disposition, 'name')
  if (name === undefined) throw new DecodeError(`${where}: no content-disposition with a name`)
  return { name, filename: parameterOf(disposition, 'filename'), end: end + 2 * NEW_LINE.length }
}

function parameterOf(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:\\\\.|[^"\\\\])*)"|([^\\s;"]+))`, 'i').exec(disposition)
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2]
}

function skipBlanks(body: Buffer, from: number): number {
  let at = from
  while (body[at] === 0x20 || body[at] === 0x09) at++
  return at
}

function isAt(body: Buffer, at: number, text: string): boolean {
  return at >= 0 && body.toString('latin1', at, at + text.length) === text
}
