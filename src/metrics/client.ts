/** The client that applications call: finds the series, checks the value, and never throws. */

import { reportFailure } from '../core/fence'
import { log } from '../core/log'
import { Lookup } from './lookup'
import { checkLine, eventLine } from './messages'
import type { MetricsPipeline, SeriesScope } from './pipeline'
import type { Kind, Series } from './series'
import { overrideTags, readTags } from './tags'
import { fieldText, unixSeconds } from './text'
import { timed, timedPromise } from './timed'
import type { DogStatsd, MetricCardinality, MetricOptions, MetricTags } from './types'

/** Holds the registry that serves scrapes; it is opened with the first use of `tracer.metrics`. */
export interface RegistryHolder {
  registry?: {
    record(series: Series, value: number): void
    recordMember(series: Series, member: string): void
  }
}

/** State that all clients of a process share. */
export interface ClientCore {
  /** Returns the current pipeline, which `init()` replaces; undefined when nothing is to be sent. */
  pipeline(): MetricsPipeline | undefined
  /** Returns the prefix and tags to which a client adds its own. */
  scope(): SeriesScope
  readonly scraped: RegistryHolder
  flush(): Promise<void>
}

/**
 * Creates a client. `own` is what a child client adds to the core's prefix and tags. Methods are closures, since the
 * application may take them off the object.
 */
export function createClient(core: ClientCore, own: SeriesScope = { prefix: '', tags: [] }): DogStatsd {
  let nodes: object | undefined
  let lookup: Lookup
  let scope: SeriesScope

  const record = (
    kind: Kind,
    names: string | readonly string[],
    given: unknown,
    tags: MetricTags | undefined,
    options: MetricOptions | undefined,
  ): void => {
    try {
      const pipeline = core.pipeline()
      if (pipeline === undefined) return
      if (nodes !== pipeline.lookupNodes) {
        nodes = pipeline.lookupNodes
        lookup = new Lookup(pipeline.lookupNodes)
        const base = core.scope()
        scope = {
          prefix: base.prefix + own.prefix,
          tags: overrideTags(base.tags, own.tags),
          labels: own.tags,
        }
      }
      if (typeof names === 'string') one(pipeline, kind, names, given, tags, options)
      else for (const name of names) one(pipeline, kind, name, given, tags, options)
    } catch (error) {
      reportFailure('dogstatsd', error)
    }
  }

  const one = (
    pipeline: MetricsPipeline,
    kind: Kind,
    name: string,
    given: unknown,
    tags: MetricTags | undefined,
    options: MetricOptions | undefined,
  ): void => {
    const rate = options === undefined || options === null ? 1 : rateOf(pipeline, kind, options)
    const node = lookup.find(kind, name, tags, rate, options)
    if (node.series === undefined) {
      node.series = pipeline.seriesOf(kind, name, scope, readTags(tags), rate, options?.cardinality)
    }
    const { series } = node
    if (series === null) pipeline.refuse()
    else if (kind === 's') addMember(pipeline, core.scraped, series, given)
    else measure(pipeline, core.scraped, series, name, given, rate, options)
  }

  const client: DogStatsd = {
    increment: (names, value = 1, tags, options) => record('c', names, value, tags, options),
    decrement: (names, value = 1, tags, options) => record('c', names, -numberOf(value), tags, options),
    gauge: (names, value, tags, options) => record('g', names, value, tags, options),
    histogram: (names, value, tags, options) => record('h', names, value, tags, options),
    distribution: (names, value, tags, options) => record('d', names, value, tags, options),
    timing: (names, milliseconds, tags, options) => record('ms', names, milliseconds, tags, options),
    set: (names, value, tags, options) => record('s', names, value, tags, options),

    event: (title, text = '', tags, options) =>
      send(core, own, 'events', tags, options, (tail, limitBytes) =>
        eventLine(String(title), String(text), options ?? {}, tail, limitBytes),
      ),

    serviceCheck: (name, status, tags, options) =>
      send(core, own, 'service_checks', tags, options, tail =>
        checkLine(String(name), status, options ?? {}, tail),
      ),

    timer: (fn, names, tags, options) =>
      timed(fn, milliseconds => record('ms', names, milliseconds, tags, options)),
    asyncTimer: (fn, names, tags, options) =>
      timedPromise(fn, milliseconds => record('ms', names, milliseconds, tags, options)),

    childClient: options =>
      createClient(core, {
        prefix: own.prefix + (typeof options?.prefix === 'string' ? options.prefix : ''),
        tags: overrideTags(own.tags, readTags(options?.tags)),
      }),

    flush: () => core.flush(),
  }
  return client
}

function send(
  core: ClientCore,
  own: SeriesScope,
  counter: 'events' | 'service_checks',
  tags: MetricTags | undefined,
  options: { cardinality?: MetricCardinality } | undefined,
  lineOf: (tail: string, limitBytes: number) => string | undefined,
): void {
  try {
    const pipeline = core.pipeline()
    if (pipeline === undefined) return
    const base = { prefix: '', tags: overrideTags(core.scope().tags, own.tags) }
    const line = lineOf(pipeline.tail(base, readTags(tags), options?.cardinality), pipeline.limitBytes)
    if (line === undefined) pipeline.refuse()
    else {
      pipeline.counters.counts[counter]++
      pipeline.addLine(line)
    }
  } catch (error) {
    reportFailure('dogstatsd', error)
  }
}

/**
 * Returns the sample rate to apply: 1 where counts are aggregated here, and for kinds that the protocol sends without
 * one.
 */
function rateOf(pipeline: MetricsPipeline, kind: Kind, { sampleRate, timestamp }: MetricOptions): number {
  if (sampleRate === undefined || kind === 'g' || kind === 's') return 1
  if (kind === 'c' && (pipeline.aggregation || timestamp !== undefined)) return 1
  return sampleRate > 0 && sampleRate < 1 ? sampleRate : 1
}

function measure(
  pipeline: MetricsPipeline,
  scraped: RegistryHolder,
  series: Series,
  name: string,
  given: unknown,
  rate: number,
  options: MetricOptions | undefined,
): void {
  const { kind } = series
  const value = numberOf(given)
  const canBeOld = kind === 'c' || kind === 'g'
  const seconds = canBeOld && options !== undefined ? unixSeconds(options?.timestamp) : undefined
  // True for NaN and both infinities.
  if (value - value !== 0) {
    refuseValue(pipeline, name, given)
    return
  }
  scraped.registry?.record(series, value)
  if (seconds !== undefined) pipeline.writeTimed(series, value, seconds)
  else if (canBeOld && pipeline.aggregation) pipeline.aggregate(series, value)
  else if (rate === 1 || Math.random() < rate) pipeline.writeValue(series, value)
}

function addMember(pipeline: MetricsPipeline, scraped: RegistryHolder, series: Series, given: unknown): void {
  const member = typeof given === 'string' || typeof given === 'number' ? fieldText(String(given)) : ''
  if (member === '') {
    pipeline.refuse()
    return
  }
  scraped.registry?.recordMember(series, member)
  pipeline.addMember(series, member)
}

function numberOf(given: unknown): number {
  if (typeof given === 'number') return given
  return typeof given === 'bigint' || (typeof given === 'string' && given.trim() !== '')
    ? Number(given)
    : Number.NaN
}

function refuseValue(pipeline: MetricsPipeline, name: string, given: unknown): void {
  pipeline.refuse()
  log.warn('dogstatsd value', () => `metric ${name} is not sent: its value ${String(given)} is no number`)
}
