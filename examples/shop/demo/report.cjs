/** Prints what the ledger holds as a table. */

const HEADER = ['resource', 'sent', 'traces', 'errors', 'pg.query', 'p50 ms', 'p95 ms']

/** The table of resources, one text of several lines. */
function formatTable(rows) {
  const lines = [HEADER, ...rows.map(cells)]
  const widths = HEADER.map((_, column) => Math.max(...lines.map(line => line[column].length)))
  return lines
    .map(line =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join('  '),
    )
    .join('\n')
}

function cells({ resource, sent, traces, errors, queries, durationsMs }) {
  const sorted = durationsMs.filter(duration => duration !== undefined).sort((a, b) => a - b)
  return [
    resource,
    ...[sent, traces, errors, queries].map(String),
    ...[0.5, 0.95].map(share => (sorted.length > 0 ? percentile(sorted, share).toFixed(1) : '-')),
  ]
}

/** The nearest-rank percentile of sorted values; `share` is 0..1. */
function percentile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

module.exports = { formatTable }
