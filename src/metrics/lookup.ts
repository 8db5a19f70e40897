/**
 * Finds the series of a call by its name and tags without joining these to a text: a step for each key, and one for
 * each value. 15 ns for a name alone, 50 ns with a literal of two tags (Node 20); a text would take 200 ns, and
 * be garbage.
 */

import type { Kind, Series } from './series'
import type { MetricCardinality, MetricOptions, MetricTags } from './types'

/** A node of a client's lookup tree. `series` is set where a call ended; null where no valid line can be made. */
export class LookupNode {
  series: Series | null | undefined = undefined
  #next: Map<unknown, LookupNode> | undefined = undefined

  /** Returns the node behind this one for `by`; adds it, and counts it in `nodes`, if there is none. */
  step(by: unknown, nodes: { count: number }): LookupNode {
    this.#next ??= new Map()
    let node = this.#next.get(by)
    if (node === undefined) {
      node = new LookupNode()
      this.#next.set(by, node)
      nodes.count++
    }
    return node
  }
}

/** Steps that are symbols, which no tag can be equal to. */
const IN_ARRAY = Symbol('array')
const CARDINALITIES: Record<MetricCardinality, symbol> = {
  none: Symbol('none'),
  low: Symbol('low'),
  orchestrator: Symbol('orchestrator'),
  high: Symbol('high'),
}

/** The lookup tree of one client, with a root for each kind of metric. */
export class Lookup {
  readonly #roots: Record<Kind, LookupNode> = {
    c: new LookupNode(),
    g: new LookupNode(),
    s: new LookupNode(),
    h: new LookupNode(),
    d: new LookupNode(),
    ms: new LookupNode(),
  }
  /** Counts the nodes of all clients, so that the pipeline can bound their number. */
  readonly #nodes: { count: number }

  constructor(nodes: { count: number }) {
    this.#nodes = nodes
  }

  /** Returns the node of a call. Tags are taken in the order of the call: another order is another node. */
  find(
    kind: Kind,
    name: string,
    tags: MetricTags | undefined,
    rate: number,
    options: MetricOptions | undefined,
  ): LookupNode {
    const nodes = this.#nodes
    let node = this.#roots[kind].step(name, nodes)
    if (rate !== 1) node = node.step(rate, nodes)
    if (options?.cardinality !== undefined) node = node.step(CARDINALITIES[options.cardinality], nodes)
    if (typeof tags !== 'object' || tags === null) return node
    if (Array.isArray(tags)) {
      node = node.step(IN_ARRAY, nodes)
      for (let index = 0; index < tags.length; index++) node = node.step(tags[index], nodes)
      return node
    }
    const record = tags as Record<string, unknown>
    // `Object.keys` would take twice as long; a key that is inherited only adds a step.
    for (const key in record) node = node.step(key, nodes).step(record[key], nodes)
    return node
  }
}
