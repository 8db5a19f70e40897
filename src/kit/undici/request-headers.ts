/** Reading and removing of headers, in either of the two forms that undici has for a list of headers. */

import type { Headers, UndiciRequest } from './types'

/** Returns the value of a header; `name` is in lower case. */
export function headerIn(headers: Headers, name: string): string | readonly string[] | undefined {
  if (typeof headers === 'string')
    return new RegExp(`^${escaped(name)}:[ \\t]*(.*?)\\r?$`, 'im').exec(headers)?.[1]
  if (!Array.isArray(headers)) return undefined
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (!isNamed(headers[at], name)) continue
    const value = headers[at + 1]
    return Array.isArray(value) ? value.map(String) : String(value)
  }
  return undefined
}

/** Removes a header of the application, which would otherwise be sent beside that of the tracer. */
export function removeHeader(request: UndiciRequest, name: string): void {
  const { headers } = request
  if (typeof headers === 'string') {
    if (headers.toLowerCase().includes(`${name}:`)) {
      request.headers = headers.replace(new RegExp(`^${escaped(name)}:.*\\r\\n`, 'gim'), '')
    }
    return
  }
  if (!Array.isArray(headers)) return
  for (let at = headers.length - 2; at >= 0; at -= 2) if (isNamed(headers[at], name)) headers.splice(at, 2)
}

function isNamed(found: unknown, name: string): boolean {
  const { length } = found as { length?: unknown }
  return length === name.length && String(found).toLowerCase() === name
}

function escaped(name: string): string {
  return name.replace(/[^\w-]/g, '\\$&')
}
