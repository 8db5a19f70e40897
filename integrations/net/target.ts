/** Target of a connection, from any form of the arguments of `connect`. */

export type ConnectTarget = { path: string } | { host: string; port: number }

/** Returns the target; undefined for arguments that Node.js refuses, and for a handle that is open already. */
export function targetOf(args: ArrayLike<unknown>): ConnectTarget | undefined {
  let { 0: first, 1: second } = args
  // `net.connect` passes its normalized arguments on: `[options, callback]`.
  if (Array.isArray(first)) [first, second] = first
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as Record<string, unknown>
    return typeof path === 'string' && path !== '' ? { path } : hostAndPort(host, port)
  }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first }
  return hostAndPort(second, first)
}

function hostAndPort(host: unknown, port: unknown): ConnectTarget | undefined {
  if ((typeof port !== 'number' && typeof port !== 'string') || port === '') return undefined
  const number = Number(port)
  if (!Number.isInteger(number)) return undefined
  return { host: typeof host === 'string' && host !== '' ? host : 'localhost', port: number }
}
