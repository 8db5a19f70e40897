/** Options of one side (`client` or `server`), else those of both. */

import { guarded, type PatchTools, type Span } from '../../src/kit/index'
import { parseCodes } from './statuses'
import type { Metadata } from './types'

export interface GrpcOptions {
  readonly enabled: boolean
  readonly errorCodes: ReadonlySet<number>
  /** Chooses the metadata that become tags; undefined when none do. */
  readonly metadata: ((all: Record<string, unknown>) => Record<string, unknown>) | undefined
}

export function optionsOf(tools: PatchTools, side: 'client' | 'server'): GrpcOptions {
  const { config, state } = tools
  const own = state.options[side]
  const { metadata } = { ...state.options, ...(typeof own === 'object' ? own : {}) } as { metadata?: unknown }
  const text = side === 'client' ? config.grpcClientErrorStatuses : config.grpcServerErrorStatuses
  return {
    enabled: own !== false && (own as { enabled?: unknown } | undefined)?.enabled !== false,
    errorCodes: parseCodes(text) ?? (parseCodes(side === 'client' ? '1-16' : '2-16') as Set<number>),
    metadata: choice(metadata),
  }
}

function choice(given: unknown): GrpcOptions['metadata'] {
  if (typeof given === 'function') return guarded('grpc.metadata', given as never, {})
  if (!Array.isArray(given) || given.length === 0) return undefined
  const names = given.map(name => String(name).toLowerCase())
  return all => Object.fromEntries(names.filter(name => name in all).map(name => [name, all[name]]))
}

export function tagMetadata(
  span: Span,
  { metadata: choose }: GrpcOptions,
  direction: 'request' | 'response',
  metadata: Metadata | null | undefined,
): void {
  if (choose === undefined || metadata === null || metadata === undefined) return
  for (const [name, value] of Object.entries(choose(metadata.getMap()) ?? {})) {
    span.tags[`grpc.${direction}.metadata.${name}`] = String(value)
  }
}
