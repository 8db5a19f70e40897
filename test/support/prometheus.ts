/** Reads metrics with the parsers of Prometheus' own client for Python. */

import { type Python, pythonWith } from './python'

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
  exemplar: { labels: Record<string, string>; value: number; at: number | null } | null
}

export interface ParsedFamily {
  name: string
  type: string
  unit: string
  help: string
  samples: Sample[]
}

const SCRIPT = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
text = sys.stdin.buffer.read().decode('utf-8')
def exemplar(e):
    return None if e is None else {'labels': e.labels, 'value': e.value, 'at': None if e.timestamp is None else float(e.timestamp)}
print(json.dumps([{
    'name': f.name, 'type': f.type, 'unit': f.unit, 'help': f.documentation,
    'samples': [{'name': s.name, 'labels': s.labels, 'value': s.value, 'exemplar': exemplar(s.exemplar)} for s in f.samples],
} for f in FORMAT(text)]))
`

const python: Python | string = pythonWith('prometheus_client', '0.26.0')

/** Why the parsers cannot be had; false when they can. */
export const unavailable: string | false = typeof python === 'string' ? python : false

/** Throws for text that the format does not have. Numbers are JSON: no infinity and no NaN among them. */
export function parse(format: 'openmetrics' | 'prometheus', text: string): ParsedFamily[] {
  if (typeof python === 'string') throw new Error(python)
  return python.json(SCRIPT.replace('FORMAT', format), text) as ParsedFamily[]
}

/** `name{label="value"}` and the value of every sample. */
export function samplesIn(families: readonly ParsedFamily[]): Record<string, number> {
  const all = families.flatMap(({ samples }) => samples)
  return Object.fromEntries(all.map(sample => [keyOf(sample), sample.value]))
}

function keyOf({ name, labels }: Sample): string {
  const text = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return text.length === 0 ? name : `${name}{${text.join(',')}}`
}
