/** Tags that every span of this process carries. */

export interface CommonTags {
  /** The tracer's own service: decides `_dd.base_service` and whether a span carries `version`. */
  service: string
  /** `language`, `runtime-id`, `env`, and the user's tags (`DD_TAGS`). */
  meta: Record<string, string>
  /** `process_id`. */
  metrics: Record<string, number>
  /** Version of the application; only spans of the tracer's own service carry it. */
  version: string | undefined
}
