/** Runs the shop under the tracer against the local agent, sends traffic, and checks that every trace arrived. */

const { setTimeout: delay } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const { startDatabase } = require('./database.cjs')
const { entries, startApp } = require('./demo/app.cjs')
const { createLedger } = require('./demo/ledger.cjs')
const { formatTable } = require('./demo/report.cjs')
const { readTraces } = require('./demo/traces.cjs')
const { startTraffic } = require('./demo/traffic.cjs')

const POLL_MS = 1000
/** How long the traces may take to arrive once the shop has ended. */
const ARRIVAL_TIMEOUT_MS = 5000

const HELP = `npm run demo -- [--seconds N] [--entry ${Object.keys(entries).join('|')}]

  --seconds N    end after N seconds of traffic (default: at Ctrl-C)
  --entry WAY    how the tracer is loaded (default: init): in code, by --require, by --import as an ES module,
                 by tracer-run, or not at all, to see what the demo then reports
  --help         this text

Exits with 0 if every request that was sent has its trace, with all its queries.
`

async function main() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      entry: { type: 'string', default: 'init' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seconds = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds)
  if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds} is not a positive number`)
  if (!Object.hasOwn(entries, values.entry))
    throw new Error(`--entry ${values.entry} is none of ${Object.keys(entries)}`)
  return run(values.entry, seconds)
}

/** Gives the exit code. What was started is ended in the reverse order, whatever fails. */
async function run(entry, seconds) {
  const stopping = stopOnSignal()
  const endings = []
  try {
    const { startAgent } = require('../../lib/agent/server.js')
    const agent = await startAgent({ port: 0, apiPort: 0 })
    endings.push(() => agent.close())
    const database = await startDatabase()
    endings.push(() => database.close())
    const app = await startApp(entry, {
      DATABASE_URL: database.url,
      DATABASE_POOL_MAX: String(database.poolMax),
      DD_SERVICE: 'shop',
      DD_ENV: 'demo',
      DD_VERSION: '1.0.0',
      DD_TRACE_AGENT_URL: agent.url,
    })
    endings.push(() => app.stop())
    console.log(`shop   ${app.url}\nagent  ${agent.url}\nUI/API ${agent.apiUrl}`)
    return await watch(app, agent, stopping, seconds)
  } finally {
    for (const end of endings.reverse()) await end()
  }
}

async function watch(app, agent, stopping, seconds) {
  const stopped = stopping.signal
  const ledger = createLedger()
  const poll = readTraces(agent.apiUrl, ledger.arrived)
  const traffic = startTraffic(app.url, ledger.answered)
  if (seconds !== Number.POSITIVE_INFINITY) setTimeout(() => stopping.abort(), seconds * 1000).unref()
  console.log(seconds === Number.POSITIVE_INFINITY ? 'traffic until Ctrl-C' : `traffic for ${seconds} s`)
  while (!stopped.aborted) {
    await delay(POLL_MS, undefined, { signal: stopped }).catch(() => {})
    await poll()
  }
  await traffic.stop()

  const problem = await app.stop()
  if (problem !== undefined) ledger.addProblem(problem)
  const deadline = performance.now() + ARRIVAL_TIMEOUT_MS
  await poll()
  while (ledger.openCount() > 0 && performance.now() < deadline) {
    await delay(POLL_MS / 10)
    await poll()
  }
  return report(ledger)
}

async function report(ledger) {
  console.log(`\n${formatTable(ledger.rows())}`)
  const largest = ledger.largest()
  if (largest !== undefined) {
    const { screenOf } = require('../../lib/cli/terminal.js')
    const { renderWaterfall } = require('../../lib/cli/waterfall.js')
    console.log(`\n${renderWaterfall(largest, screenOf(process.stdout))}`)
  }
  const problems = ledger.problems()
  for (const problem of problems) console.error(`missing or wrong: ${problem}`)
  if (problems.length > 0) return 1
  const sent = ledger.rows().reduce((sum, row) => sum + row.sent, 0)
  const queries = ledger.rows().reduce((sum, row) => sum + row.queries, 0)
  console.log(`all ${sent} requests have their trace, with ${queries} queries`)
  return 0
}

/** Aborted at the first Ctrl-C or SIGTERM; a second one ends the demo at once. */
function stopOnSignal() {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(1)
      stopping.abort()
    })
  }
  return stopping
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`demo: ${error.message}`)
    process.exit(1)
  },
)
