/**
 * Reads the manifests of the examples: what a container of the application gets, and what in a manifest does not fit.
 */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadAll } from 'js-yaml'

type Map<T> = Record<string, T>

interface ComposeService {
  build?: string
  image?: string
  environment?: Map<string>
  depends_on?: string[]
  volumes?: string[]
}

interface Container {
  name: string
  env?: { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[]
  ports?: { containerPort: number }[]
}

interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string }
  spec: {
    selector: Map<string> & { matchLabels?: Map<string> }
    template: { metadata: { labels: Map<string> }; spec: { containers: Container[] } }
    ports: { port: number }[]
  }
}

interface Pipelines {
  receivers: object
  exporters: object
  service: { pipelines: Map<{ receivers: string[]; exporters: string[] }> }
}

const read = (file: string): unknown[] => loadAll(readFileSync(file, 'utf8'))
/** Variables that name another service by its host. */
const hostOf = (env: Map<string>): string | undefined =>
  env.DD_AGENT_HOST ?? new URL(env.OTEL_EXPORTER_OTLP_ENDPOINT).hostname

/** Returns the environment of the service `app`, after the faults of the file were found. */
export function composeApp(file: string): { environment: Map<string>; faults: string[] } {
  const [{ services }] = read(file) as [{ services: Map<ComposeService> }]
  const folder = dirname(file)
  const faults: string[] = []
  for (const [name, { build, image, environment, depends_on, volumes }] of Object.entries(services)) {
    if ((build === undefined) === (image === undefined)) faults.push(`${name}: one of build and image`)
    if (build !== undefined && !existsSync(join(folder, build, 'Dockerfile')))
      faults.push(`${name}: no Dockerfile`)
    for (const [key, value] of Object.entries(environment ?? {}))
      if (typeof value !== 'string') faults.push(`${name}: ${key} is no text`)
    for (const other of depends_on ?? [])
      if (!Object.hasOwn(services, other)) faults.push(`${name}: no ${other}`)
    for (const volume of volumes ?? []) {
      const [source] = volume.split(':')
      if (!existsSync(join(folder, source))) faults.push(`${name}: no file ${source}`)
    }
  }
  const environment = services.app.environment ?? {}
  if (!Object.hasOwn(services, hostOf(environment) ?? '')) faults.push('app: sends to no service')
  return { environment, faults }
}

/** Returns the environment of the Deployment `shop`, after the faults of the file were found. */
export function kubernetesApp(
  file: string,
  nodeAddress: string,
): { environment: Map<string>; faults: string[] } {
  const resources = read(file) as Resource[]
  const faults: string[] = []
  const deployments = resources.filter(({ kind }) => kind === 'Deployment')
  const services = resources.filter(({ kind }) => kind === 'Service')
  for (const { metadata, spec } of deployments)
    if (!covers(spec.template.metadata.labels, spec.selector.matchLabels ?? {}))
      faults.push(`${metadata.name}: its selector does not match its pods`)
  for (const { metadata, spec } of services) {
    const pods = deployments.filter(each => covers(each.spec.template.metadata.labels, spec.selector))
    const ports = pods.flatMap(each => each.spec.template.spec.containers).flatMap(({ ports = [] }) => ports)
    for (const { port } of spec.ports)
      if (!ports.some(({ containerPort }) => containerPort === port))
        faults.push(`${metadata.name}: no pod listens`)
  }
  const shop = deployments.find(({ metadata }) => metadata.name === 'shop') as Resource
  const { labels } = shop.spec.template.metadata
  const [{ env = [] }] = shop.spec.template.spec.containers
  const environment: Map<string> = {}
  for (const { name, value, valueFrom } of env) {
    const path = valueFrom?.fieldRef.fieldPath ?? ''
    const [, label] = /^metadata\.labels\['(.+)'\]$/.exec(path) ?? []
    const found = value ?? (path === 'status.hostIP' ? nodeAddress : labels[label])
    if (typeof found !== 'string') faults.push(`shop: ${name} has no value`)
    else environment[name] = found
  }
  const host = hostOf(environment)
  if (host !== nodeAddress && !services.some(({ metadata }) => metadata.name === host))
    faults.push(`shop: no service ${host}`)
  return { environment, faults }
}

/** Returns what is wrong with the configuration of a collector. */
export function collectorFaults(text: string): string[] {
  const [{ receivers, exporters, service }] = loadAll(text) as [Pipelines]
  return Object.entries(service.pipelines).flatMap(([name, pipeline]) => [
    ...pipeline.receivers
      .filter(each => !Object.hasOwn(receivers, each))
      .map(each => `${name}: no receiver ${each}`),
    ...pipeline.exporters
      .filter(each => !Object.hasOwn(exporters, each))
      .map(each => `${name}: no exporter ${each}`),
  ])
}

/** Returns the configuration of the collector that a ConfigMap of the file holds. */
export function collectorOf(file: string): string {
  const maps = read(file) as { kind: string; data: Map<string> }[]
  return maps.find(({ kind }) => kind === 'ConfigMap')?.data['collector.yaml'] ?? ''
}

function covers(labels: Map<string>, selector: Map<string>): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value)
}
