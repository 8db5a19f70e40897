/** What Node's own inspector can do where the add-on is missing. */

import type { FallbackOptions } from './fallback'
import { Connection } from './inspector/connection'
import { InspectorSpace } from './inspector/inspector-space-sampler'
import { InspectorWall } from './inspector/inspector-wall-sampler'
import type { Sampler } from './types'

/** Never throws: text says in plain words why it can't. */
export function inspectorSamplers({ types, wall, space }: FallbackOptions): Sampler[] | string {
  const connection = new Connection()
  try {
    connection.open()
    connection.close()
  } catch (error) {
    return `no inspector: ${error instanceof Error ? error.message : error}`
  }
  const samplers: Sampler[] = []
  if (types.has('space')) samplers.push(new InspectorSpace(space))
  if (types.has('wall')) samplers.push(new InspectorWall(wall))
  return samplers
}
