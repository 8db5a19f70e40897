/** Settings of spans for databases, and of the names of spans and services. */

import { bool, map, oneOf } from '../rows'

export const databaseRows = {
  dbmPropagationMode: oneOf(['disabled', 'service', 'full', 'dynamic_service'], {
    env: 'DD_DBM_PROPAGATION_MODE',
    fallback: 'disabled',
    doc: 'SQL comments that tie database monitoring to services (`service`, `dynamic_service`) or also to traces (`full`).',
  }),
  mongodbHeartbeatEnabled: bool({
    env: 'DD_TRACE_MONGODB_HEARTBEAT_ENABLED',
    option: false,
    fallback: true,
    doc: 'Make spans for `hello`, the command by which the MongoDB driver watches the server.',
  }),
  mongodbObfuscateQuery: oneOf(['none', 'types', 'redact'], {
    env: 'DD_TRACE_MONGODB_OBFUSCATE_QUERY',
    option: false,
    fallback: 'none',
    doc: 'Values in MongoDB queries: kept (`none`), replaced by the names of their types (`types`) or by `?` (`redact`).',
  }),
  memcachedCommandEnabled: bool({
    env: 'DD_TRACE_MEMCACHED_COMMAND_ENABLED',
    option: false,
    fallback: false,
    doc: 'Tag spans of memcached with the text of the command, with its keys and values (`memcached.command`).',
  }),
  spanAttributeSchema: oneOf(['v0', 'v1'], {
    env: 'DD_TRACE_SPAN_ATTRIBUTE_SCHEMA',
    fallback: 'v0',
    doc: 'Scheme by which spans and services of integrations are named: `v0` or `v1`.',
  }),
  spanRemoveIntegrationFromService: bool({
    env: 'DD_TRACE_REMOVE_INTEGRATION_SERVICE_NAMES_ENABLED',
    fallback: false,
    doc: 'Give spans of integrations the service name of the application.',
  }),
  spanComputePeerService: bool({
    env: 'DD_TRACE_PEER_SERVICE_DEFAULTS_ENABLED',
    fallback: false,
    doc: 'Tag client spans with the service that they call (`peer.service`); always on with `v1` names.',
  }),
  peerServiceMapping: map({
    env: 'DD_TRACE_PEER_SERVICE_MAPPING',
    fallback: {},
    doc: 'New names for values of the tag `peer.service`: `10.0.0.7:orders`.',
  }),
} as const
