/** The application's own labels for samples: a set of labels follows the async context, as the active span does. */

import { AsyncLocalStorage } from 'node:async_hooks'

/** Labels by key. */
export type Labels = Readonly<Record<string, string | number>>

/** Most label sets that come into use in one window; code in further sets keeps the labels of the code around it. */
const MAX_SETS = 1_000
/** Most label sets that are remembered, the most recently used; samples of older sets get no label. */
const MAX_KNOWN = 2_000
const MAX_LABELS = 20
const MAX_TEXT_LENGTH = 200
/** Keys that the profiler itself uses. */
const RESERVED = new Set([
  'thread name',
  'thread id',
  'os thread id',
  'end_timestamp_ns',
  'span id',
  'local root span id',
  'trace endpoint',
  'async id',
  'event',
])

/** A set of labels, as the storage holds it. `id` is the first field, for the native reader; no id is used twice. */
export class LabelSet {
  readonly id: number
  readonly labels: Labels

  constructor(id: number, labels: Labels) {
    this.id = id
    this.labels = labels
  }
}

/** Holds the active label set. Exported for the add-on, whose signal handler reads it out of the async context. */
export const labelStorage = new AsyncLocalStorage<LabelSet>()

/** Label sets by their text. A set lives as long as a context holds it, or to the end of the window it was used in. */
const known = new Map<string, WeakRef<LabelSet>>()
const recent = new Set<LabelSet>()
let lastId = 0
let customKeys: readonly string[] = []
/** Called with the id of the label set that applies from now on; undefined while no profiler needs that. */
let onSwitch: ((id: number) => void) | undefined

/** Runs `fn`; samples of its work carry these labels and those of enclosing calls. */
export function runWithLabels<Result>(labels: Labels, fn: () => Result): Result {
  const outer = labelStorage.getStore()
  const set = setOf(outer, labels)
  if (set === undefined || set === outer) return fn()
  const tell = onSwitch
  if (tell === undefined) return labelStorage.run(set, fn)
  tell(set.id)
  try {
    return labelStorage.run(set, fn)
  } finally {
    onSwitch?.(outer?.id ?? 0)
  }
}

/** Names the keys by which profiles can be filtered in the backend. */
export function setCustomLabelKeys(keys: Iterable<string>): void {
  const texts = typeof keys === 'object' && keys !== null && Symbol.iterator in keys ? [...keys] : []
  customKeys = [...new Set(texts.filter(isKey))].slice(0, MAX_LABELS)
}

/** Returns the keys that were named last. */
export function customLabelKeys(): readonly string[] {
  return customKeys
}

/** Returns the id of the running code's label set; 0 = none. */
export function activeLabels(): number {
  return lastId === 0 ? 0 : (labelStorage.getStore()?.id ?? 0)
}

/** Sets the function that is told of each switch to another label set; undefined removes it. */
export function followLabels(tell: ((id: number) => void) | undefined): void {
  onSwitch = tell
}

/** Returns [id, key, value, …] of all label sets that samples of this window can carry. */
export function takeLabels(): (number | string)[] {
  const list: (number | string)[] = []
  for (const [key, weak] of known) {
    const set = weak.deref()
    if (set === undefined) known.delete(key)
    else for (const name of Object.keys(set.labels)) list.push(set.id, name, set.labels[name])
  }
  recent.clear()
  return list
}

/**
 * Returns the set of `outer` and the added labels; undefined if nothing is added or there is no room for another set.
 */
function setOf(outer: LabelSet | undefined, added: Labels): LabelSet | undefined {
  const merged: Record<string, string | number> = { ...outer?.labels }
  if (typeof added !== 'object' || added === null) return undefined
  for (const name of Object.keys(added)) {
    const value = added[name]
    if (!isKey(name) || value === '' || (typeof value !== 'string' && typeof value !== 'number')) continue
    if (!(name in merged) && Object.keys(merged).length >= MAX_LABELS) continue
    // pprof has whole numbers only.
    merged[name] = Number.isSafeInteger(value) ? value : String(value).slice(0, MAX_TEXT_LENGTH)
  }
  const key = JSON.stringify(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)))
  const old = known.get(key)?.deref()
  if (key === '[]' || recent.size === MAX_SETS || (old !== undefined && recent.has(old))) return old
  const set = old ?? new LabelSet(++lastId, merged)
  recent.add(set)
  known.delete(key)
  known.set(key, new WeakRef(set))
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value as string)
  return set
}

function isKey(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length <= MAX_TEXT_LENGTH && !RESERVED.has(name)
}
