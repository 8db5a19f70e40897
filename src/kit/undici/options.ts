/** Documentation of the options that the integrations `undici` and `fetch` share. */

import { HTTP_OPTIONS } from '../http/options'

const { service, headers, validateStatus, filter, allowlist, blocklist } = HTTP_OPTIONS

/** Options of `use('undici', …)` and `use('fetch', …)`, with their descriptions. */
export const UNDICI_OPTIONS = {
  service,
  headers,
  validateStatus,
  filter,
  allowlist,
  blocklist,
  'hooks.request': "Function of the span and undici's request, called just before the span ends.",
  splitByDomain: 'Use `host:port` of the URL as the service name; default false.',
  propagationBlocklist: 'URLs whose requests get no trace headers, in the form of `allowlist`.',
}
