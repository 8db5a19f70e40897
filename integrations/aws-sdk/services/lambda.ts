/** Lambda: the trace travels in the client context of calls that are waited for. */

import { parsed } from '../incoming'
import type { Input } from '../types'
import { isObject, type Service, textIn } from './service'

/** Limit of the encoded client context, from the documentation of `Invoke`. */
const MAX_CONTEXT_BYTES = 3583

export const lambda: Service = {
  resource: ['FunctionName'],
  describe(input) {
    const name = textIn(input, 'FunctionName')
    return { functionname: name?.replace(/^.*:function:/, '').split(':', 1)[0], 'aws.lambda': name }
  },
  operations: {
    Invoke: {
      name: 'aws.lambda.invoke',
      inject(input, outgoing) {
        const { InvocationType = 'RequestResponse', ClientContext } = input
        if (InvocationType !== 'RequestResponse') return input
        const context = contextOf(ClientContext)
        const carrier = context && outgoing.next()
        if (carrier === undefined) return input
        const custom = { ...(isObject(context?.custom) ? context.custom : {}), ...(parsed(carrier) as Input) }
        const encoded = Buffer.from(JSON.stringify({ ...context, custom })).toString('base64')
        return encoded.length > MAX_CONTEXT_BYTES ? input : { ...input, ClientContext: encoded }
      },
    },
  },
}

/** Undefined for one that is not to be understood. */
function contextOf(encoded: unknown): Input | undefined {
  if (encoded === undefined || encoded === '') return {}
  if (typeof encoded !== 'string') return undefined
  const value = parsed(Buffer.from(encoded, 'base64').toString())
  return isObject(value) ? value : undefined
}
