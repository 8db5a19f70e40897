/** Counters of the DogStatsD client about itself: metrics in, packets out, and losses on the way. */

/** The place where a packet, or a line that never came into one, was lost. */
export type Loss = 'queue' | 'writer'

const ZERO = {
  metrics: 0,
  events: 0,
  service_checks: 0,
  /** Calls for which no valid line can be made. */
  metric_dropped_on_receive: 0,
  packets_sent: 0,
  bytes_sent: 0,
  packets_dropped_queue: 0,
  bytes_dropped_queue: 0,
  packets_dropped_writer: 0,
  bytes_dropped_writer: 0,
}

/** Totals by their names in the telemetry of DogStatsD clients. */
export type ClientCounts = typeof ZERO

/** The counters of calls by the application. */
const CALLS = ['metrics', 'events', 'service_checks', 'metric_dropped_on_receive'] as const

/** The counters of the pipeline of a process. */
export class ClientCounters {
  /** Totals since the client was opened. */
  readonly counts: ClientCounts = { ...ZERO }
  #sent: ClientCounts = { ...ZERO }

  sent(bytes: number): void {
    this.counts.packets_sent++
    this.counts.bytes_sent += bytes
  }

  dropped(loss: Loss, bytes: number): void {
    this.counts[`packets_dropped_${loss}`]++
    this.counts[`bytes_dropped_${loss}`] += bytes
  }

  get packetsDropped(): number {
    return this.counts.packets_dropped_queue + this.counts.packets_dropped_writer
  }

  /**
   * Returns what was counted since the last call, under the names that Datadog's DogStatsD clients use. Empty if the
   * application called nothing since then; otherwise sending the counters would change them, and each packet would
   * cause the next.
   */
  takeUnsent(): [name: string, value: number][] {
    const now = { ...this.counts }
    const before = this.#sent
    if (CALLS.every(key => now[key] === before[key])) return []
    this.#sent = now
    const news = (Object.keys(now) as (keyof ClientCounts)[]).map((key): [string, number] => {
      return [key, now[key] - before[key]]
    })
    for (const unit of ['packets', 'bytes'] as const) {
      const queue = `${unit}_dropped_queue` as const
      const writer = `${unit}_dropped_writer` as const
      news.push([`${unit}_dropped`, now[queue] - before[queue] + now[writer] - before[writer]])
    }
    return news.map(([key, value]) => [`datadog.dogstatsd.client.${key}`, value])
  }
}
