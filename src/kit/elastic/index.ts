/** What the integrations of Elasticsearch and OpenSearch share. */

export { patchTransport } from './transport'
