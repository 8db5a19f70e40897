/** The examples in the docstrings of `src/patch/types.ts`, where these stand word by word: examples.test.ts compares. */

import {
  activeSpan,
  defineIntegration,
  disguise,
  endSpan,
  endWithResult,
  runInSpan,
  startSpan,
  type Target,
} from '../../../src/kit/index'

export const lookup: Target = {
  module: 'address-book',
  versions: '>=2 <4',
  patch(exports, tools) {
    const lookup = tools.site({ name: 'address.lookup', kind: 'client', serviceSuffix: 'address-book' })
    tools.wrap(exports, 'lookup', original => {
      return function (this: unknown, ...args: unknown[]): unknown {
        if (!tools.state.enabled) return Reflect.apply(original, this, args)
        // A fresh literal: it belongs to the span from here on.
        const span = startSpan(tools.runtime, lookup.site, activeSpan(), { 'address.book': 'home' })
        try {
          // `original` returns a promise: the span ends when that settles.
          return endWithResult(span, runInSpan(span, original, this, args))
        } catch (error) {
          endSpan(span, true, error, undefined)
          throw error
        }
      }
    })
  },
}

export const factory: Target = {
  module: 'address-book',
  versions: '>=2 <4',
  file: 'lib/open.js',
  patch: (open, tools) => {
    const opened = function (this: unknown, ...args: unknown[]): unknown {
      const book = Reflect.apply(open, this, args)
      tools.fenced(() => activeSpan()?.setTag('address.file', args[0]))
      return book
    }
    return disguise(opened, open)
  },
}

export const mailer = defineIntegration({
  name: 'mailer',
  doc: 'Mails that are sent with mailer.',
  options: { redact: 'Whether recipients are left out of the spans; default false.' },
  targets: [
    {
      module: 'mailer',
      versions: '>=1.2',
      patch(_exports, tools) {
        const send = tools.site({ name: 'mail.send', kind: 'producer' })
        tools.subscribe('mailer:send', (message: { recipient: string }) => {
          const span = startSpan(tools.runtime, send.site, activeSpan(), {})
          if (tools.state.options.redact !== true) span.tags['mail.recipient'] = message.recipient
          span.finish()
        })
      },
    },
  ],
})
