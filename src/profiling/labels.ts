/** The application's own labels of samples: sets of them follow the async context, as the span does. */

import { AsyncLocalStorage } from 'node:async_hooks'

export type Labels = Readonly<Record<string, string | number>>

/** Sets that may come into use in one window; code in further ones keeps the labels of what is around it. */
const MAX_SETS = 1_000
/** Sets of which the text is kept, those that were used last; older ones label nothing any more. */
const MAX_KNOWN = 2_000
const MAX_LABELS = 20
const MAX_TEXT_LENGTH = 200
/** The profiler's own keys. */
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

/** What the storage holds. Its id comes first, for native readers; ids are never used twice. */
export class LabelSet {
  readonly id: number
  readonly labels: Labels

  constructor(id: number, labels: Labels) {
    this.id = id
    this.labels = labels
  }
}

/** Exported for the profiler, whose signal handler reads the store out of the async context. */
export const labelStorage = new AsyncLocalStorage<LabelSet>()

/** By their text. A set lives as long as a context holds it, or until the end of the window in which it was used. */
const known = new Map<string, WeakRef<LabelSet>>()
const recent = new Set<LabelSet>()
let lastId = 0
let customKeys: readonly string[] = []
/** Told of the set that runs from now on; undefined = nobody asks. */
let onSwitch: ((id: number) => void) | undefined

/** Runs `fn`; samples of what it does carry these labels and those of calls around it. */
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

/** Names the keys by which a backend lets people filter profiles. */
export function setCustomLabelKeys(keys: Iterable<string>): void {
  const texts = typeof keys === 'object' && keys !== null && Symbol.iterator in keys ? [...keys] : []
  customKeys = [...new Set(texts.filter(isKey))].slice(0, MAX_LABELS)
}

/** The keys that were named. */
export function customLabelKeys(): readonly string[] {
  return customKeys
}

/** Id of the labels of the running code; 0 = none. */
export function activeLabels(): number {
  return lastId === 0 ? 0 : (labelStorage.getStore()?.id ?? 0)
}

export function followLabels(tell: ((id: number) => void) | undefined): void {
  onSwitch = tell
}

/** [id, key, value, …] of all sets that samples of this window can carry. */
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

/** Undefined: nothing to add, or no room. */
function setOf(outer: LabelSet | undefined, added: Labels): LabelSet | undefined {
  const merged: Record<string, string | number> = { ...outer?.labels }
  if (typeof added !== 'object' || added === null) return undefined
  for (const name of Object.keys(added)) {
    const value = added[name]
    if (!isKey(name) || value === '' || (typeof value !== 'string' && typeof value !== 'number')) continue
    if (!(name in merged) && Object.keys(merged).length >= MAX_LABELS) continue
    // A pprof number is a whole one.
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
