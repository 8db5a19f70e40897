/** Settings of spans for HTTP, gRPC and GraphQL. */

import { QUERY_SECRETS } from '../query-secrets'
import { bool, emptyableText, list, text } from '../rows'

export const webRows = {
  headerTags: list({
    env: 'DD_TRACE_HEADER_TAGS',
    fallback: [],
    doc: 'Request and response headers that become tags: `header` or `header:tag`.',
  }),
  httpServerErrorStatuses: text({
    env: ['DD_TRACE_HTTP_SERVER_ERROR_STATUSES', 'DD_HTTP_SERVER_ERROR_STATUSES'],
    option: false,
    fallback: '500-599',
    doc: 'Statuses of HTTP responses of the application that mark the span as failed: `500-599,404`.',
  }),
  grpcClientErrorStatuses: text({
    env: 'DD_GRPC_CLIENT_ERROR_STATUSES',
    option: false,
    fallback: '1-16',
    doc: 'Status codes of gRPC calls that the application makes which mark the span as failed: `1-4,14`.',
  }),
  grpcServerErrorStatuses: text({
    env: 'DD_GRPC_SERVER_ERROR_STATUSES',
    option: false,
    fallback: '2-16',
    doc: 'Status codes of gRPC calls that the application answers which mark the span as failed: `2-4,14`.',
  }),
  graphqlErrorExtensions: list({
    env: 'DD_TRACE_GRAPHQL_ERROR_EXTENSIONS',
    option: false,
    fallback: [],
    doc: 'Keys in the `extensions` of GraphQL errors that are recorded.',
  }),
  queryObfuscation: emptyableText({
    env: 'DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP',
    option: false,
    fallback: QUERY_SECRETS,
    doc: 'Regular expression of what is replaced by `<redacted>` in query strings; empty = nothing, `.*` = drop the query.',
  }),
  clientIpEnabled: bool({
    env: 'DD_TRACE_CLIENT_IP_ENABLED',
    fallback: false,
    doc: 'Tag server spans with the IP address of the client (`http.client_ip`).',
  }),
  clientIpHeader: text({
    env: 'DD_TRACE_CLIENT_IP_HEADER',
    fallback: undefined,
    doc: "The only header to take the client's IP address from. Default: the usual headers of proxies.",
  }),
  resourceRenamingEnabled: bool({
    env: 'DD_TRACE_RESOURCE_RENAMING_ENABLED',
    fallback: false,
    doc: 'Tag server spans that have no route with `http.endpoint`, a simplified path.',
  }),
} as const
