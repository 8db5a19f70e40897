/** graphql 17: it publishes what it does, also where it is an ES module that nobody can change. */

import { channel } from 'node:diagnostics_channel'
import { activeSpan, bindChannel, type PatchTools, type Span } from '../../src/kit/index'
import { Execution } from './execution'
import { isDocument } from './operation'
import { noteStandard } from './resolvers'
import { type Live, liveOf } from './spans'
import { parsed, validated } from './steps'
import type { Document, ExecutionArgs, GraphqlError } from './types'

interface Message {
  error?: unknown
  result?: unknown
}

interface ExecuteMessage extends Message, ExecutionArgs {
  rawVariableValues?: ExecutionArgs['variableValues']
  operationType?: string
}

interface ParseMessage extends Message {
  source: unknown
}

interface ValidateMessage extends Message {
  document: Document
}

/** There can be several copies of the package, which publish on the same channels. */
const listening = new WeakSet<Live>()

export function listenToGraphql(exports: { defaultFieldResolver?: unknown }, tools: PatchTools): void {
  const live = liveOf(tools)
  noteStandard(exports.defaultFieldResolver)
  if (listening.has(live)) return
  listening.add(live)
  tools.onUndo(() => {
    listening.delete(live)
    live.resolvers.restore()
  })
  listenToExecutions(live, 'execute', () => true)
  // What a subscription yields is executed without the function.
  listenToExecutions(live, 'execute:rootSelectionSet', message => message.operationType === 'subscription')
  const begun = new WeakMap<Message, number>()
  const start = (message: Message) => begun.set(message, performance.now())
  tools.subscribe('tracing:graphql:parse:start', start)
  tools.subscribe('tracing:graphql:validate:start', start)
  tools.subscribe('tracing:graphql:parse:end', (message: ParseMessage) => {
    const { source, result, error } = message
    const began = begun.get(message)
    if (began !== undefined) parsed(live, began, source, result as Document | undefined, error)
  })
  tools.subscribe('tracing:graphql:validate:end', (message: ValidateMessage) => {
    const { document, result, error } = message
    const began = begun.get(message)
    if (began !== undefined) validated(live, began, document, result as readonly GraphqlError[], error)
  })
}

function listenToExecutions(live: Live, name: string, isMeant: (message: ExecuteMessage) => boolean): void {
  const { tools } = live
  const open = new WeakMap<Message, Execution>()
  const begin = (message: unknown): Span | undefined => {
    let execution: Execution | undefined
    if (tools.state.enabled) {
      tools.fenced(() => {
        const { schema, document, rawVariableValues: variableValues } = message as ExecuteMessage
        // Without a document the getters of the message throw.
        if (!isDocument(document)) execution = Execution.begin(live, {})
        else if (isMeant(message as ExecuteMessage)) {
          const { operationName } = message as ExecuteMessage
          execution = Execution.begin(live, { schema, document, operationName, variableValues })
        }
        if (execution !== undefined) open.set(message as Message, execution)
      })
    }
    return execution?.span ?? activeSpan()
  }
  const end = (message: Message): void => {
    const execution = open.get(message)
    if (execution === undefined) return
    if ('error' in message) execution.threw(message.error)
    else if ('result' in message) execution.returned(message.result)
    // Else it goes on, and there will be another message.
    else return
    open.delete(message)
  }
  const prefix = `tracing:graphql:${name}`
  tools.onUndo(bindChannel(channel(`${prefix}:start`), begin))
  tools.subscribe(`${prefix}:end`, end)
  tools.subscribe(`${prefix}:asyncEnd`, end)
}
