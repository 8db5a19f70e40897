/** Samplers that work through Node's own inspector, for threads without the add-on. */

import { Connection } from './inspector/connection'
import { type InspectorSpaceOptions, InspectorSpaceSampler } from './inspector/inspector-space-sampler'
import { type InspectorWallOptions, InspectorWallSampler } from './inspector/inspector-wall-sampler'
import type { ProfileType, Sampler } from './types'

/** Options of the samplers. */
export interface InspectorOptions {
  types: ReadonlySet<ProfileType>
  wall: InspectorWallOptions
  space: InspectorSpaceOptions
}

/**
 * Returns a sampler for each of `types` that the inspector has, or the reason in words where it has none. Never
 * throws.
 */
export function inspectorSamplers({ types, wall, space }: InspectorOptions): Sampler[] | string {
  const connection = new Connection()
  try {
    connection.open()
    connection.close()
  } catch (error) {
    return `no inspector: ${error instanceof Error ? error.message : error}`
  }
  const samplers: Sampler[] = []
  if (types.has('space')) samplers.push(new InspectorSpaceSampler(space))
  if (types.has('wall')) samplers.push(new InspectorWallSampler(wall))
  return samplers
}
