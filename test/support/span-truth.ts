/** Compares the spans that samples carry with those that a program says ran (`fixtures/spans-truth.cjs`). */

import type { ProfileSample } from './profiles'

/** Times are ns of the monotonic clock, as decimal text; an id is '' where no open span was active. */
export interface SpanTruth {
  /** To be added to get ns since the epoch. */
  offset: string
  busy: [id: string, from: string, to: string][]
  finished: [id: string, at: string][]
}

export interface Verdict {
  /** Counts of samples in busy sections in which a span ran, and of the samples that carry a span. */
  expected: number
  labelled: number
  /** Labelled samples in busy sections that carry another span than the one that ran, or one where none did. */
  wrong: number
  /** Samples in busy sections in which no open span was active. */
  without: number
  /** Labelled samples anywhere, and those whose span had finished. */
  anywhere: number
  late: number
}

/** The two clocks are compared with this precision. */
const MARGIN_NS = 100_000n

export function judge(truth: SpanTruth, samples: readonly ProfileSample[]): Verdict {
  const offset = BigInt(truth.offset)
  const busy = truth.busy
    .map(([id, from, to]) => ({ id, from: BigInt(from) + offset, to: BigInt(to) + offset }))
    .sort((a, b) => (a.from < b.from ? -1 : 1))
  const finished = new Map(truth.finished.map(([id, at]) => [id, BigInt(at) + offset]))
  const verdict = { expected: 0, labelled: 0, wrong: 0, without: 0, anywhere: 0, late: 0 }
  for (const { labels } of samples) {
    if (labels.end_timestamp_ns === undefined) continue
    const at = BigInt(labels.end_timestamp_ns)
    const id = labels['span id'] ?? ''
    if (id !== '') {
      verdict.anywhere++
      const end = finished.get(id)
      if (end !== undefined && at > end + MARGIN_NS) verdict.late++
    }
    const section = last(busy, each => each.from + MARGIN_NS <= at)
    if (section === undefined || at > section.to - MARGIN_NS) continue
    if (section.id === '') verdict.without++
    else {
      verdict.expected++
      if (id !== '') verdict.labelled++
    }
    if (id !== '' && id !== section.id) verdict.wrong++
  }
  return verdict
}

/** The last item that is `before`, of a list in which such items come first. */
function last<T>(list: readonly T[], before: (item: T) => boolean): T | undefined {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(list[middle])) low = middle + 1
    else high = middle
  }
  return list[low - 1]
}
