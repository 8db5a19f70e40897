/**
 * Decides what is reported about settings. Numbers, switches, choices and defaults are reported as they are. Text is
 * free form and may hold anything:
 *
 * | setting | goes out |
 * |---|---|
 * | names of service, environment, version | as it is: `application` holds it as well |
 * | names of integrations, modules, formats, headers, statuses | as it is |
 * | sampling rules | as they are: what they mean cannot be told without |
 * | tags, and maps of services | keys only |
 * | all other text: addresses, paths, repositories, expressions, and settings to come | `<set>` |
 * | secrets, and what only code can give | not at all (`configurationReport`) |
 */

import { type ConfigurationEntry, configurationReport } from '../../core/config/report'
import type { Config } from '../../core/config/resolve'

/** A setting, as it is reported. */
export interface Setting {
  name: string
  value: ConfigurationEntry['value']
  origin: string
  /** Counts reported values from 1. */
  seq_id: number
  config_id?: string
}

/** Settings whose text is reported as it is. */
export const REPORTED_AS_IS: ReadonlySet<string> = new Set([
  'DD_SERVICE',
  'DD_ENV',
  'DD_VERSION',
  'DD_GIT_COMMIT_SHA',
  'DD_TRACE_AGENT_PROTOCOL_VERSION',
  'OTEL_TRACES_EXPORTER',
  'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
  'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
  'DD_TRACE_DISABLED_INSTRUMENTATIONS',
  'DD_TRACE_DISABLED_PLUGINS',
  'DD_TRACE_SAMPLING_RULES',
  'DD_SPAN_SAMPLING_RULES',
  'DD_TRACE_PROPAGATION_STYLE',
  'DD_TRACE_PROPAGATION_STYLE_INJECT',
  'DD_TRACE_PROPAGATION_STYLE_EXTRACT',
  'DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT',
  'DD_TRACE_BAGGAGE_TAG_KEYS',
  'DD_TRACE_LOG_LEVEL',
  'DD_TRACE_HEADER_TAGS',
  'DD_TRACE_HTTP_SERVER_ERROR_STATUSES',
  'DD_TRACE_CLIENT_IP_HEADER',
  'DD_DBM_PROPAGATION_MODE',
  'DD_TRACE_SPAN_ATTRIBUTE_SCHEMA',
])
/** Settings of which only the keys are reported. */
export const KEYS_ONLY: ReadonlySet<string> = new Set([
  'DD_TAGS',
  'DD_SERVICE_MAPPING',
  'DD_TRACE_PEER_SERVICE_MAPPING',
])

/** The settings that have been reported. */
export class Settings {
  readonly #config: Config
  /** The last report of each setting, by name. */
  #told = new Map<string, string>()
  #sequence = 0

  constructor(config: Config) {
    this.#config = config
  }

  /** Returns every setting. */
  all(): Setting[] {
    return configurationReport(this.#config).map(entry => this.#tell(entry))
  }

  /** Returns the settings that have changed since `all()` or the last `changed()`. */
  changed(): Setting[] {
    return configurationReport(this.#config)
      .filter(entry => this.#told.get(entry.name) !== textOf(entry))
      .map(entry => this.#tell(entry))
  }

  /** To be called when a report of these settings was lost. */
  forget(settings: readonly Setting[]): void {
    for (const { name } of settings) this.#told.delete(name)
  }

  #tell(entry: ConfigurationEntry): Setting {
    const { name, origin, configId } = entry
    this.#told.set(name, textOf(entry))
    const setting: Setting = { name, value: presentable(entry), origin, seq_id: ++this.#sequence }
    if (configId !== undefined) setting.config_id = configId
    return setting
  }
}

function textOf({ value, origin }: ConfigurationEntry): string {
  return `${origin} ${String(value)}`
}

function presentable({ name, value, origin }: ConfigurationEntry): ConfigurationEntry['value'] {
  if (typeof value !== 'string' || value === '' || origin === 'default' || REPORTED_AS_IS.has(name))
    return value
  if (!KEYS_ONLY.has(name)) return '<set>'
  return value
    .split(',')
    .map(pair => pair.split(':')[0])
    .join(',')
}
