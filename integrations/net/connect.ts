/** The span of a connection, from `connect()` until it is open or has failed. */

import type { Socket } from 'node:net'
import {
  activeSpan,
  Mark,
  type PatchTools,
  type Span,
  startSpan,
  tagPeer,
  wrapEmit,
} from '../../src/kit/index'
import { type ConnectTarget, targetOf } from './target'

/** Mark on a socket that connects: holds its span. */
class NetSocketMark extends Mark {
  #span: Span | undefined

  constructor(socket: object, span: Span) {
    super(socket)
    this.#span = span
  }

  static set(socket: object, span: Span): void {
    if (#span in socket) socket.#span = span
    else new NetSocketMark(socket, span)
  }

  static of(socket: object): Span | undefined {
    return #span in socket ? socket.#span : undefined
  }

  static clear(socket: object): void {
    if (#span in socket) socket.#span = undefined
  }
}

export function patchSocket(prototype: Socket, tools: PatchTools): void {
  const start = starter(tools)
  tools.wrap(prototype, 'connect', original => {
    return function (this: Socket): unknown {
      // Without an active span the connection would be a trace of its own that tells nothing.
      const parent = tools.state.enabled ? activeSpan() : undefined
      if (parent === undefined || NetSocketMark.of(this) !== undefined) {
        return Reflect.apply(original, this, arguments)
      }
      let span: Span | undefined
      tools.fenced(() => {
        const target = targetOf(arguments)
        if (target === undefined) return
        span = start(parent, target)
        NetSocketMark.set(this, span)
      })
      try {
        return Reflect.apply(original, this, arguments)
      } catch (error) {
        NetSocketMark.clear(this)
        span?.setError(error).finish()
        throw error
      }
    }
  })
  wrapEmit(prototype, tools, inner => {
    return function (this: Socket, event: string, error: unknown): unknown {
      if (event === 'connect' || event === 'error' || event === 'close') {
        const span = NetSocketMark.of(this)
        if (span !== undefined) tools.fenced(() => onEvent(this, span, event, error, tools))
      }
      return Reflect.apply(inner.emit, this, arguments)
    }
  })
}

function starter(tools: PatchTools): (parent: Span, target: ConnectTarget) => Span {
  const { runtime } = tools
  const tcp = tools.site({ name: 'tcp.connect', kind: 'client' })
  const ipc = tools.site({ name: 'ipc.connect', kind: 'client' })
  return (parent, target) => {
    if ('path' in target) {
      const span = startSpan(runtime, ipc.site, parent, { 'ipc.path': target.path })
      span.resource = target.path
      return span
    }
    const { host, port } = target
    const span = startSpan(runtime, tcp.site, parent, {
      'tcp.remote.host': host,
      'tcp.remote.port': port,
      'tcp.local.address': undefined,
      'tcp.local.port': undefined,
      'tcp.family': undefined,
      'out.host': host,
      'network.destination.port': port,
    })
    span.resource = `${host}:${port}`
    return span
  }
}

function onEvent(socket: Socket, span: Span, event: string, error: unknown, tools: PatchTools): void {
  NetSocketMark.clear(socket)
  const { tags } = span
  if (event === 'error') span.setError(error)
  else if (event === 'connect' && span.name === 'tcp.connect') {
    const { localAddress, localPort, remoteFamily } = socket
    tags['tcp.local.address'] = localAddress
    tags['tcp.local.port'] = localPort
    tags['tcp.family'] = remoteFamily
  }
  tagPeer(span, tools.config)
  span.finish()
}
