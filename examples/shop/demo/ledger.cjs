/** Keeps count: each request sent, the trace that came for it, and what was wrong with either. */

const { differences } = require('./expected.cjs')

/** Problems named in full; further ones are only counted. */
const MAX_NAMED = 10
/** Durations kept for each resource: the percentiles of a demo that runs for hours are those of the last ones. */
const MAX_DURATIONS = 10_000
const MAX_CLOSED = 10_000

/** Gives a ledger to which requests and traces are told in any order. */
function createLedger() {
  const rows = new Map()
  /** Requests without a good trace yet, by number, with what was wrong with the one that came. */
  const open = new Map()
  /** Traces that came before the answer they belong to. */
  const early = new Map()
  /** The last requests whose trace was good, to notice a second one. */
  const closed = new Set()
  const problems = []
  let problemCount = 0
  let largest

  const addProblem = text => {
    problemCount++
    if (problems.length < MAX_NAMED) problems.push(text)
  }
  const rowOf = resource => {
    let row = rows.get(resource)
    if (row === undefined) {
      row = { resource, sent: 0, traces: 0, errors: 0, queries: 0, durationsMs: [] }
      rows.set(resource, row)
    }
    return row
  }
  const close = (number, trace) => {
    const request = open.get(number)
    const wrong = differences(request, trace)
    if (wrong.length > 0) {
      // A later part of the trace may still complete it.
      request.wrong = wrong
      return false
    }
    open.delete(number)
    closed.add(number)
    if (closed.size > MAX_CLOSED) closed.delete(closed.values().next().value)
    const row = rowOf(request.expected.resource)
    row.traces++
    row.queries += trace.queries.length
    if (trace.root.error) row.errors++
    row.durationsMs[row.traces % MAX_DURATIONS] = trace.root.durationMs
    if (largest === undefined || trace.detail.spans.length > largest.spans.length) largest = trace.detail
    return true
  }

  return {
    /** A request has been answered: its trace is to come. */
    answered({ number, expected, problem }) {
      rowOf(expected.resource).sent++
      if (problem !== undefined) addProblem(`${nameOf({ number, expected })}: ${problem}`)
      open.set(number, { number, expected })
      const trace = early.get(number)
      if (trace !== undefined && early.delete(number)) close(number, trace)
    },
    /** A trace has arrived; false when it is not complete, so that it is worth reading again. */
    arrived(trace) {
      if (trace.number === undefined) return true
      if (open.has(trace.number)) return close(trace.number, trace)
      if (closed.has(trace.number)) addProblem(`request ${trace.number} has two traces`)
      else early.set(trace.number, trace)
      return true
    },
    addProblem,
    openCount: () => open.size,
    rows: () => [...rows.values()],
    largest: () => largest,
    /** Every problem as a text, the requests without their trace included. */
    problems() {
      const missing = [...open.values()].map(
        request => `${nameOf(request)}: ${request.wrong?.join(', ') ?? 'no trace'}`,
      )
      const hidden = problemCount + missing.length
      const named = [...problems, ...missing].slice(0, MAX_NAMED)
      return hidden > named.length ? [...named, `... and ${hidden - named.length} more`] : named
    },
  }
}

function nameOf({ number, expected }) {
  return `request ${number} (${expected.resource}, ${expected.status})`
}

module.exports = { createLedger }
