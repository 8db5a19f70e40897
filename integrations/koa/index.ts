/** Koa 2 and 3, `@koa/router` and `koa-router`. */

import { defineIntegration } from '../../src/kit/index'
import { MIDDLEWARE_OPTION } from '../../src/kit/web/index'
import { patchApplication, patchContext } from './application'
import { patchRouter } from './router'

export default defineIntegration({
  name: 'koa',
  doc: 'Requests that a Koa application handles: their route and the errors of their middleware.',
  options: MIDDLEWARE_OPTION,
  targets: [
    { module: 'koa', versions: '>=2 <4', patch: patchApplication },
    { module: 'koa', versions: '>=2 <4', file: 'lib/context.js', patch: patchContext },
    { module: '@koa/router', versions: '>=8 <16', patch: patchRouter },
    { module: 'koa-router', versions: '>=7 <15', patch: patchRouter },
  ],
})
