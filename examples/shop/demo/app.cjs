/** Starts the shop as a child process, with the tracer loaded in one of several ways. */

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { createInterface } = require('node:readline')

const root = join(__dirname, '../../..')
const shop = join(__dirname, '..')
const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 10_000

/** How the tracer can be loaded: the arguments of `node`. */
const entries = {
  init: [join(shop, 'with-init.cjs')],
  require: ['--require', 'tracer/init', join(shop, 'app.cjs')],
  import: ['--import', 'tracer/register', join(shop, 'app.mjs')],
  run: [join(root, 'lib/cli/run.js'), process.execPath, join(shop, 'app.cjs')],
  none: [join(shop, 'app.cjs')],
}

/**
 * Starts the shop and gives its address. `stop()` sends SIGTERM and gives the text of a problem unless the shop
 * ends with status 0 in time. Should this process end before that, the shop is killed.
 */
async function startApp(entry, env) {
  const child = spawn(process.execPath, entries[entry], {
    // `tracer/init` is found from the working directory.
    cwd: root,
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C must reach the demo alone, which then ends the shop in order.
    detached: true,
  })
  // The whole process group, for `tracer-run` has the shop as its child.
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself in this moment.
    }
  }
  process.once('exit', kill)
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code, signal) => {
      process.removeListener('exit', kill)
      resolve(signal ?? code)
    })
  })

  const stop = async () => {
    const timer = setTimeout(kill, STOP_TIMEOUT_MS)
    child.kill('SIGTERM')
    const status = await ended
    clearTimeout(timer)
    return status === 0 ? undefined : `the shop ended with ${status} after SIGTERM, not with 0`
  }
  return { url: `http://127.0.0.1:${await listening(child, ended)}`, stop }
}

/** The port that the shop prints, when it does. */
async function listening(child, ended) {
  const tooLate = AbortSignal.timeout(START_TIMEOUT_MS)
  const lines = createInterface({ input: child.stdout })
  const port = new Promise(resolve => {
    lines.on('line', line => {
      const match = /^listening on (\d+)$/.exec(line)
      if (match) resolve(match[1])
    })
  })
  return Promise.race([
    port,
    ended.then(status => {
      throw new Error(`the shop ended with ${status} before it listened`)
    }),
    once(tooLate, 'abort').then(() => {
      throw new Error(`the shop did not listen within ${START_TIMEOUT_MS / 1000} s`)
    }),
  ])
}

module.exports = { entries, startApp }
