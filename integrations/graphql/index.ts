/** graphql: documents that are parsed, validated and executed, and the resolvers of their first levels. */

import { defineIntegration } from '../../src/kit/index'
import { listenToGraphql } from './channels'
import { patchExecute, patchParse, patchValidate } from './functions'
import { OPTIONS } from './options'

const FUNCTIONS = { module: 'graphql', versions: '>=14 <17' }
const CHANNELS = { module: 'graphql', versions: '>=17 <18' }

export default defineIntegration({
  name: 'graphql',
  doc: 'Documents of GraphQL: parsing, validation, execution, and resolvers of the first levels.',
  options: OPTIONS,
  targets: [
    { ...FUNCTIONS, patch() {} },
    { ...FUNCTIONS, file: 'execution/execute.js', patch: patchExecute },
    { ...FUNCTIONS, file: 'language/parser.js', patch: patchParse },
    { ...FUNCTIONS, file: 'validation/validate.js', patch: patchValidate },
    { ...CHANNELS, patch: listenToGraphql },
    { ...CHANNELS, file: 'index.mjs', patch: listenToGraphql },
  ],
})
