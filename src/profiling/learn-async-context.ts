/**
 * Teaches the signal handler where Node's async context holds the running span, and tries it on spans made for that.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { runDetached } from '../core/detached-context'
import { log } from '../core/log'
import { runInSpan, storage } from '../trace/context'
import { noopSpan } from '../trace/noop'
import { Span } from '../trace/span'
import type { Binding } from './binding'
import { LabelSet, labelStorage } from './labels'
import { SLOT } from './span-slot'

/** An async context for a trial: the handler must read these values out of it. */
interface Probe {
  readonly span: Span | undefined
  readonly labels: LabelSet | undefined
  /** Whether other storages have a value in the same context. */
  readonly isCrowded?: true
}

/**
 * Makes the signal handler read the async context. Returns false, and leaves it at the slot, if a trial fails: then
 * the async context of this Node differs from those that are known.
 */
export function learnAsyncContext(binding: Binding): boolean {
  try {
    // Trials enter storages, which would stay in the context of the caller.
    const problem = runDetached(calibrate, binding)
    if (problem === undefined) binding.useAsyncContext(true)
    else log.debug(() => `profiled spans are not read out of the async context: ${problem}`)
    return problem === undefined
  } catch (error) {
    log.debug(() => `profiled spans are not read out of the async context: ${error}`)
    return false
  }
}

/** Returns what went wrong; undefined if all probes were read right. */
function calibrate(binding: Binding): string | undefined {
  // Values that occur in no other field.
  const first = probeSpan(0x51c3_0a7e, 0x2b91_6d05, probeSpan(0x3d44_19c2, -0x17e3_4bb1, undefined))
  first.durationMs = -0x4d2f_1337
  if (!within({ span: first, labels: undefined }, () => binding.learnSpan(storage, first)))
    return 'it does not hold the span where it should'
  const labels = new LabelSet(0x2f6b_90d3, {})
  if (!within({ span: undefined, labels }, () => binding.learnLabels(labelStorage, labels)))
    return 'it does not hold the labels where it should'
  for (const [index, probe] of probes().entries())
    if (!reads(binding, probe)) return `probe ${index} was read wrong`
  return undefined
}

/** Returns every kind of context that a sample may meet. */
function probes(): Probe[] {
  const root = probeSpan(0x0000_0001, -1, undefined)
  const child = probeSpan(0x7fff_ffff, -0x8000_0000, root)
  const late = probeSpan(12, 0, root)
  late.durationMs = -1.5
  const finished = probeSpan(34, 56, root)
  finished.durationMs = 12.5
  const atOnce = probeSpan(34, 57, root)
  atOnce.durationMs = 0
  const orphan = probeSpan(78, -90, undefined)
  orphan.trace.root = undefined
  const labels = new LabelSet(1, { a: 1 })
  return [
    { span: root, labels: undefined },
    { span: child, labels: undefined },
    { span: late, labels: new LabelSet(0x7fff_ffff, { a: 'b' }) },
    { span: finished, labels },
    { span: atOnce, labels: undefined },
    { span: orphan, labels },
    { span: undefined, labels },
    { span: undefined, labels: undefined },
    { span: noopSpan(), labels: undefined },
    { span: child, labels, isCrowded: true },
    { span: {} as Span, labels: undefined },
  ]
}

/** Returns whether the reader sees what the probe holds, and no span if its span has finished or is no span. */
function reads(binding: Binding, probe: Probe): boolean {
  binding.slot.fill(0x2a)
  if (!within(probe, () => binding.readAsyncContext())) return false
  const { span, labels } = probe
  const seen = span !== undefined && span.durationMs < 0 ? span : undefined
  const root = seen?.trace.root
  const words = binding.slot
  const isRight =
    words[SLOT.spanHi] === (seen?.idHi ?? 0) &&
    words[SLOT.spanLo] === (seen?.idLo ?? 0) &&
    words[SLOT.rootHi] === (root?.idHi ?? 0) &&
    words[SLOT.rootLo] === (root?.idLo ?? 0) &&
    words[SLOT.labels] === (labels?.id ?? 0)
  words.fill(0)
  return isRight
}

/** Calls `read` in the async context of a probe. */
function within({ span, labels, isCrowded }: Probe, read: () => boolean): boolean {
  const inner = labels === undefined ? read : () => labelStorage.run(labels, read)
  const outer = () => runInSpan(span, inner, undefined, [])
  if (isCrowded === undefined) return outer()
  let crowd = outer
  for (let index = 0; index < 6; index++) {
    const other = new AsyncLocalStorage<number>()
    const next = crowd
    crowd = () => other.run(index, next)
  }
  return crowd()
}

/** Returns a span of the real class in a trace of its own. It is the trace's root unless another one is given. */
function probeSpan(idHi: number, idLo: number, root: Span | undefined): Span {
  const { trace, site } = noopSpan()
  const span = new Span(idHi, idLo, trace, site, '', {}, trace.anchorTicks)
  trace.root = root ?? span
  return span
}
