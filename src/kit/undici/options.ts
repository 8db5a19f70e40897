/** The options that the integrations `undici` and `fetch` share. */

export const UNDICI_OPTIONS = {
  service: 'Service of the spans.',
  headers: 'Headers that become tags: `name` or `name:tag`.',
  validateStatus: 'Function of the status; false marks the span as an error.',
  filter: 'Function of the URL; false = not traced.',
  allowlist: 'URLs that are traced: texts, expressions, functions.',
  blocklist: 'URLs that are not.',
  'hooks.request': "Called with the span and undici's request just before the span ends.",
  splitByDomain: 'The service is `host:port`.',
  propagationBlocklist: 'URLs that get no trace headers.',
}
