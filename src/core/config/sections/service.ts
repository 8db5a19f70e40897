/** Settings that name the service, and the tags that all its spans carry. */

import { otel } from '../lazy-otel'
import { bool, map, text } from '../rows'

export const serviceRows = {
  service: text({
    env: ['DD_SERVICE', 'DD_SERVICE_NAME', 'OTEL_SERVICE_NAME'],
    fallback: undefined,
    doc: "Name of this service. Default: the name in the application's package.json, else `node`.",
  }),
  env: text({
    env: 'DD_ENV',
    fallback: undefined,
    doc: 'Environment that the service runs in, such as `prod`.',
  }),
  version: text({
    env: 'DD_VERSION',
    fallback: undefined,
    doc: 'Version of the application. Default: the version in its package.json.',
  }),
  tags: map({
    env: ['DD_TAGS', 'DD_TRACE_TAGS', 'DD_TRACE_GLOBAL_TAGS', 'OTEL_RESOURCE_ATTRIBUTES'],
    fromOtel: otel('resourceAttributes'),
    spaces: true,
    fallback: {},
    doc: 'Tags for every span. In a variable: separated by commas, or by spaces when there is no comma.',
  }),
  serviceMapping: map({
    env: 'DD_SERVICE_MAPPING',
    fallback: {},
    doc: 'Service names for the spans of integrations, by the name of the integration: `pg:orders-db`.',
  }),
  reportHostname: bool({
    env: 'DD_TRACE_REPORT_HOSTNAME',
    fallback: false,
    doc: 'Tag local root spans with the host name (`_dd.hostname`).',
  }),
  gitCommitSha: text({
    env: 'DD_GIT_COMMIT_SHA',
    option: false,
    fallback: undefined,
    doc: 'Git commit of the running application; sent as `_dd.git.commit.sha`.',
  }),
  gitRepositoryUrl: text({
    env: 'DD_GIT_REPOSITORY_URL',
    option: false,
    fallback: undefined,
    doc: 'Git repository of the application; user names and passwords in the URL are removed.',
  }),
  gitMetadata: bool({
    env: 'DD_TRACE_GIT_METADATA_ENABLED',
    option: false,
    fallback: true,
    doc: 'Send the git commit and repository URL with traces.',
  }),
  processTags: bool({
    env: 'DD_EXPERIMENTAL_PROPAGATE_PROCESS_TAGS_ENABLED',
    option: false,
    fallback: true,
    doc: 'Describe the process (`_dd.tags.process`) on the first span of each chunk.',
  }),
  externalEnv: text({
    env: 'DD_EXTERNAL_ENV',
    option: false,
    fallback: undefined,
    doc: "Description of the container that Kubernetes' admission controller sets; sent to the agent as a header.",
  }),
} as const
