/** A site is the static part of a span: what all spans made at one place in the code have in common. */

/** A value of a tag: strings are sent as `meta`, numbers and booleans as `metrics`. */
export type TagValue = string | number | boolean
/** Tags of one span; a span owns its literal from the moment it is handed over. */
export type Tags = Record<string, TagValue | undefined>

/** The role of a span in a call, as in OpenTelemetry. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal'

/** The static part of a span. */
export interface SiteOptions {
  /** Operation name, for example `pg.query`. */
  name: string
  /** Integration that makes these spans: becomes `component` and `_dd.integration`. */
  integration?: string
  /** Value of the tag `component`, where it is not the integration's name. */
  component?: string
  type?: string
  kind?: SpanKind
  /** Service of these spans; the tracer's own when absent. */
  service?: string
  /** Why the service differs (`_dd.svc_src`), for example `pg` or `opt.plugin`. */
  serviceSource?: string
  /** Whether the agent computes statistics for these spans; default: true for every kind but internal. */
  measured?: boolean
  tags?: Readonly<Record<string, TagValue>>
}

/** A site is built once, when its module is loaded; encoders keep the bytes that they made from it in `encoded`. */
export class Site {
  readonly name: string
  readonly type: string
  readonly service: string | undefined
  readonly tags: Readonly<Record<string, TagValue>>
  /** The encoder's cache of bytes for this site; only the encoder reads and writes it. */
  encoded: unknown

  constructor(options: SiteOptions) {
    this.name = options.name
    this.type = options.type ?? ''
    this.service = options.service
    this.encoded = undefined
    const tags: Record<string, TagValue> = {}
    const component = options.component ?? options.integration
    if (component !== undefined) tags.component = component
    if (options.integration !== undefined) tags['_dd.integration'] = options.integration
    if (options.kind !== undefined) tags['span.kind'] = options.kind
    if (options.serviceSource !== undefined) tags['_dd.svc_src'] = options.serviceSource
    if (options.measured ?? (options.kind !== undefined && options.kind !== 'internal'))
      tags['_dd.measured'] = 1
    Object.assign(tags, options.tags)
    this.tags = tags
  }
}
