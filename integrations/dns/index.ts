/** `dns`: names and addresses that the application, or Node.js for it, looks up. */

import { defineIntegration } from '../../src/kit/index'
import { patchDns } from './patch'

export default defineIntegration({
  name: 'dns',
  doc: 'Names and addresses that are looked up while a span is active.',
  options: { service: 'Service of the spans.' },
  targets: [
    { module: 'dns', patch: patchDns },
    { module: 'dns/promises', patch: patchDns },
  ],
})
