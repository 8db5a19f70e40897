/** graphql 17, which publishes its steps on channels, also where it is an ES module that cannot be patched. */

import { channel } from 'node:diagnostics_channel'
import { activeSpan, bindChannel, type PatchTools, type Span } from '../../src/kit/index'
import { Execution } from './execution'
import { stateOf } from './make-state'
import { isDocument } from './operation'
import { noteStandard } from './resolvers'
import type { GraphqlState } from './state'
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

/** States whose channels are subscribed to: several copies of the package publish on the same channels. */
const listening = new WeakSet<GraphqlState>()

/** Subscribes to the channels of graphql. */
export function listenToGraphql(exports: { defaultFieldResolver?: unknown }, tools: PatchTools): void {
  const state = stateOf(tools)
  noteStandard(exports.defaultFieldResolver)
  if (listening.has(state)) return
  listening.add(state)
  tools.onUndo(() => {
    listening.delete(state)
    state.resolvers.restore()
  })
  listenToExecutions(state, 'execute', () => true)
  // The events of a subscription are executed without a call of `execute`.
  listenToExecutions(state, 'execute:rootSelectionSet', message => message.operationType === 'subscription')
  const begun = new WeakMap<Message, number>()
  const start = (message: Message) => begun.set(message, performance.now())
  tools.subscribe('tracing:graphql:parse:start', start)
  tools.subscribe('tracing:graphql:validate:start', start)
  tools.subscribe('tracing:graphql:parse:end', (message: ParseMessage) => {
    const { source, result, error } = message
    const began = begun.get(message)
    if (began !== undefined) parsed(state, began, source, result as Document | undefined, error)
  })
  tools.subscribe('tracing:graphql:validate:end', (message: ValidateMessage) => {
    const { document, result, error } = message
    const began = begun.get(message)
    if (began !== undefined) validated(state, began, document, result as readonly GraphqlError[], error)
  })
}

function listenToExecutions(
  state: GraphqlState,
  name: string,
  isMeant: (message: ExecuteMessage) => boolean,
): void {
  const { tools } = state
  const open = new WeakMap<Message, Execution>()
  const begin = (message: unknown): Span | undefined => {
    let execution: Execution | undefined
    if (tools.state.enabled) {
      tools.fenced(() => {
        const { schema, document, rawVariableValues: variableValues } = message as ExecuteMessage
        // Getters of the message throw if there is no document.
        if (!isDocument(document)) execution = Execution.begin(state, {})
        else if (isMeant(message as ExecuteMessage)) {
          const { operationName } = message as ExecuteMessage
          execution = Execution.begin(state, { schema, document, operationName, variableValues })
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
    // The execution goes on, and another message will follow.
    else return
    open.delete(message)
  }
  const prefix = `tracing:graphql:${name}`
  tools.onUndo(bindChannel(channel(`${prefix}:start`), begin))
  tools.subscribe(`${prefix}:end`, end)
  tools.subscribe(`${prefix}:asyncEnd`, end)
}
