/** dd-trace, whose calls of `@datadog/pprof` are timed, and the part of the encoding that runs before its promise is there. */

import { requirePeer } from '../harness/peers'
import { install as installTracer } from './dd-trace'
import { timed } from './rotations'
import type { ProfilingSubject } from './subject'

type Method = (this: unknown, ...values: unknown[]) => object

export function install(): ProfilingSubject {
  const { time, heap } = requirePeer('@datadog/pprof') as {
    time: { stop: Method }
    heap: { profile: Method }
  }
  const { Profile } = requirePeer('pprof-format') as { Profile: { prototype: { encodeAsync: Method } } }
  const kinds = new WeakMap<object, string>()
  const { stop } = time
  time.stop = function (...values) {
    const profile = timed('wall', false, () => stop.apply(this, values))
    kinds.set(profile, 'wall')
    return profile
  }
  // It is the first that dd-trace takes.
  const { profile: take } = heap
  heap.profile = function (...values) {
    const profile = timed('space', true, () => take.apply(this, values))
    kinds.set(profile, 'space')
    return profile
  }
  const { encodeAsync } = Profile.prototype
  Profile.prototype.encodeAsync = function (...values) {
    return timed(kinds.get(this as object) ?? 'events', false, () => encodeAsync.apply(this, values))
  }
  return installTracer()
}
