/** The span of one call, and how its input is read and changed. */

import {
  activeSpan,
  type ConfiguredSite,
  guarded,
  type PatchTools,
  type Span,
  startSpan,
  type Tags,
  tagPeer,
} from '../../src/kit/index'
import { Outgoing } from './outgoing'
import { SERVICES } from './services/index'
import { isObject, type Operation, type Service } from './services/service'
import type { Answer, Client, Command, Input } from './types'

const PEERS = [
  'queuename',
  'topicname',
  'streamname',
  'tablename',
  'bucketname',
  'functionname',
  'rulename',
  'statemachinearn',
  'loggroupname',
  'clusteridentifier',
]

/** A call under way. */
export interface Call {
  readonly span: Span
  readonly input: Input
  readonly service: Service
  readonly operation: Operation | undefined
  readonly client: Client
  /** The command to send in place of the application's; the same object where nothing was added. */
  readonly command: Command
}

export interface Calls {
  /** Starts the span of a call; undefined when the service is switched off. */
  start(client: Client, command: Command): Call | undefined
  /** Asks the client for its region, which it determines when it sends: the first call knows it only when it ends. */
  learn(client: Client): void
  ended(call: Call, error: unknown, result: unknown): void
}

export function calls(tools: PatchTools): Calls {
  const { runtime, state, config } = tools
  const sites = new Map<string, ConfiguredSite>()
  const regions = new WeakMap<object, string>()

  return {
    start(client, command) {
      const id = serviceIdOf(client)
      const key = id.toLowerCase().replace(/[^a-z0-9]/g, '')
      const service: Service = SERVICES[key] ?? {}
      const name = command.constructor.name.replace(/Command$/, '')
      const operation = service.operations?.[name]
      if (isOff(state.options[key], operation)) return undefined
      const input = isObject(command.input) ? command.input : {}
      const region = regions.get(client.config ?? client)
      const shown = name.charAt(0).toLowerCase() + name.slice(1)
      const tags: Tags = {
        'aws.operation': shown,
        'aws.region': region,
        region,
        'aws.service': id,
        aws_service: id,
        'aws.partition': partitionOf(region),
        'aws.response.request_id': undefined,
        ...service.describe?.(input, { region, partition: partitionOf(region) }),
      }
      const span = startSpan(runtime, siteOf(key, service, operation).site, activeSpan(), tags)
      const main = service.resource?.map(field => input[field]).find(value => typeof value === 'string')
      span.resource = main === undefined ? shown : `${shown} ${main}`
      if (typeof state.options.service === 'function') tools.fenced(() => nameService(span, input))
      return { span, input, service, operation, client, command: changed(command, input, operation, span) }
    },
    learn({ config: own }) {
      if (own === undefined || regions.has(own) || typeof own.region !== 'function') return
      Promise.resolve(own.region()).then(
        region => {
          if (typeof region === 'string') regions.set(own, region)
        },
        () => {},
      )
    },
    ended({ span, client, service, operation, input }, error, result) {
      const { tags } = span
      const metadata = ((error ?? result) as Answer | undefined)?.$metadata
      if (typeof metadata?.requestId === 'string') tags['aws.response.request_id'] = metadata.requestId
      const region = regions.get(client.config ?? client)
      if (tags.region === undefined && region !== undefined) {
        const partition = partitionOf(region)
        tags.region = tags['aws.region'] = region
        tags['aws.partition'] = partition
        Object.assign(tags, service.describe?.(input, { region, partition }))
      }
      if (error === undefined) operation?.point?.(span, input, result)
      tagPeer(span, config, PEERS)
      const { request } = (state.options.hooks ?? {}) as { request?: unknown }
      if (typeof request === 'function') {
        guarded(
          'aws-sdk hooks.request',
          request as (span: Span, result: unknown) => void,
          undefined,
        )(span, result ?? error)
      }
    },
  }

  function siteOf(key: string, service: Service, operation: Operation | undefined): ConfiguredSite {
    const kind = operation?.kind ?? 'client'
    const known = `${key} ${kind} ${operation?.name}`
    let site = sites.get(known)
    if (site === undefined) {
      site = tools.site({
        name: { v0: 'aws.request', v1: operation?.name ?? `aws.${key}.request` },
        type: operation?.type ?? service.type,
        kind,
        serviceSuffix: `aws-${key}`,
        serviceSource: key,
        tags: service.tags,
      })
      sites.set(known, site)
    }
    return site
  }

  function nameService(span: Span, input: Input): void {
    const name = (state.options.service as (input: Input) => unknown)(input)
    if (typeof name !== 'string' || name === '') return
    span.service = name
    span.tags['_dd.svc_src'] = 'opt.plugin'
  }

  /** Returns a copy of the command with the input that was changed: the application may send or read its own again. */
  function changed(command: Command, input: Input, operation: Operation | undefined, span: Span): Command {
    let own = input
    tools.fenced(() => {
      own = operation?.prepare?.(own) ?? own
      if (operation?.inject !== undefined) own = operation.inject(own, new Outgoing(span, tools))
    })
    if (own === input) return command
    return Object.assign(Object.create(Object.getPrototypeOf(command)), command, { input: own })
  }
}

/** Returns the id of a service: `SQS`, `DynamoDB`, `CloudWatch Logs`. The oldest clients write it in lower case. */
function serviceIdOf(client: Client): string {
  const id = client.config?.serviceId
  const name = client.constructor.name.replace(/Client$/, '')
  return typeof id === 'string' && id.toLowerCase() !== name.toLowerCase() ? id : name
}

function isOff(option: unknown, operation: Operation | undefined): boolean {
  if (option === false) return true
  if (!isObject(option)) return false
  const side = operation?.kind === 'producer' || operation?.kind === 'consumer' ? operation.kind : undefined
  return option.enabled === false || (side !== undefined && option[side] === false)
}

function partitionOf(region: string | undefined): string | undefined {
  if (region === undefined) return undefined
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
