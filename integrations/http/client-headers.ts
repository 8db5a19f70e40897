/**
 * Headers that must be added to the arguments of a request, because Node.js writes the head before it returns the
 * request.
 */

import { optionsIn } from './client-target'

/** Returns true for headers given as a list, and for `expect`: Node.js then writes the head in the constructor. */
export function writesHeadAtOnce(args: readonly unknown[]): boolean {
  const headers = optionsIn(args)?.headers as unknown
  if (typeof headers !== 'object' || headers === null) return false
  if (Array.isArray(headers)) return true
  for (const name in headers) if (name.length === 6 && name.toLowerCase() === 'expect') return true
  return false
}

/**
 * Returns the arguments with `added` (lower-case names) in a copy of the headers, in the form that the application
 * used. A header of the same name is replaced. An invalid list stays as it is, and Node.js reports it.
 */
export function withHeaders(args: readonly unknown[], added: readonly [string, string][]): unknown[] {
  const options = optionsIn(args)
  const headers = merged(options?.headers, added)
  return args.map(arg => (arg === options && headers !== undefined ? { ...options, headers } : arg))
}

function merged(given: unknown, added: readonly [string, string][]): unknown {
  const replaced = new Set(added.map(([name]) => name))
  const keep = (name: unknown): boolean => !replaced.has(String(name).toLowerCase())
  if (!Array.isArray(given)) {
    return Object.fromEntries([...Object.entries(given as object).filter(([name]) => keep(name)), ...added])
  }
  if (Array.isArray(given[0])) {
    return given.every(Array.isArray) ? [...given.filter(([name]) => keep(name)), ...added] : undefined
  }
  if (given.length % 2 !== 0) return undefined
  const flat: unknown[] = []
  for (let at = 0; at < given.length; at += 2) if (keep(given[at])) flat.push(given[at], given[at + 1])
  return [...flat, ...added.flat()]
}
