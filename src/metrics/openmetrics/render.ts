/**
 * Families as text, in the format of OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec) or the older
 * one of Prometheus, 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats):
 *
 *     # HELP shop_orders shop.orders (count)
 *     # TYPE shop_orders counter                                     0.0.4: shop_orders_total, in HELP as well
 *     shop_orders_total{shop="north"} 5 # {trace_id="…"} 1 1760000000.5   exemplars in OpenMetrics alone
 *     # TYPE card_charged_seconds histogram
 *     # UNIT card_charged_seconds seconds                            OpenMetrics alone
 *     card_charged_seconds_bucket{le="0.001"} 2                      cumulative
 *     card_charged_seconds_bucket{le="+Inf"} 3
 *     card_charged_seconds_count 3
 *     card_charged_seconds_sum 4.5
 *     # EOF                                                          OpenMetrics alone
 */

import type { Exemplar } from './exemplar'
import type { Family } from './family'
import { escaped, type Labels, labelsText } from './names'
import { boundText, numberText } from './numbers'
import type { Registry } from './registry'
import { ScrapedCounter, type ScrapedGauge, ScrapedHistogram, type ScrapedSeries } from './scraped-series'

/** Text format of a scrape. */
export type Format = 'openmetrics' | 'prometheus'

/** Returns all families as text. `target`: labels of the process, which the samples do not repeat. */
export function render(registry: Registry, target: Labels, format: Format): string {
  const lines: string[] = []
  if (target.size > 0) {
    header(lines, { name: 'target', help: 'what is measured', unit: undefined, type: 'info' }, format)
    lines.push(`target_info{${labelsText(target)}} 1`)
  }
  for (const family of registry.families.values()) {
    header(lines, family, format)
    for (const [labels, series] of family.series) samples(lines, family, labels, series, format)
  }
  if (registry.droppedCalls > 0) {
    const name = 'tracer_openmetrics_dropped_calls'
    const help = 'calls of metrics that are not shown here'
    header(lines, { name, help, unit: undefined, type: 'counter' }, format)
    lines.push(`${name}_total ${registry.droppedCalls}`)
  }
  if (format === 'openmetrics') lines.push('# EOF')
  return `${lines.join('\n')}\n`
}

type Header = Pick<Family, 'name' | 'help' | 'unit'> & { type: Family['type'] | 'info' }

function header(lines: string[], { name, help, unit, type }: Header, format: Format): void {
  const isOld = format === 'prometheus'
  const suffix = isOld && type === 'counter' ? '_total' : isOld && type === 'info' ? '_info' : ''
  lines.push(`# HELP ${name}${suffix} ${escaped(help)}`)
  lines.push(`# TYPE ${name}${suffix} ${isOld && type === 'info' ? 'gauge' : type}`)
  if (!isOld && unit !== undefined) lines.push(`# UNIT ${name} ${unit}`)
}

function samples(
  lines: string[],
  { name, type }: Family,
  labels: string,
  series: ScrapedSeries,
  format: Format,
): void {
  if (series instanceof ScrapedHistogram) {
    buckets(lines, name, labels, series, format)
    return
  }
  const isCounter = type === 'counter' && series instanceof ScrapedCounter
  const { value } = series as ScrapedCounter | ScrapedGauge
  const example = isCounter ? exemplarText(series.slot.exemplar, format) : ''
  lines.push(`${name}${isCounter ? '_total' : ''}${braced(labels)} ${numberText(value)}${example}`)
}

function buckets(
  lines: string[],
  name: string,
  labels: string,
  series: ScrapedHistogram,
  format: Format,
): void {
  const before = labels === '' ? '' : `${labels},`
  let count = 0
  for (const [index, each] of series.counts.entries()) {
    count += each
    const bound = boundText(series.bounds[index] ?? Number.POSITIVE_INFINITY)
    const example = exemplarText(series.slots[index].exemplar, format)
    lines.push(`${name}_bucket{${before}le="${bound}"} ${count}${example}`)
  }
  lines.push(`${name}_count${braced(labels)} ${count}`)
  lines.push(`${name}_sum${braced(labels)} ${numberText(series.sum)}`)
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function exemplarText(exemplar: Exemplar | undefined, format: Format): string {
  if (exemplar === undefined || format === 'prometheus') return ''
  const { traceId, spanId, value, at } = exemplar
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${at.toFixed(3)}`
}
