/**
 * Ends profiled programs at random moments in five ways: `node native/test/ends.cjs [turns] [binary]`; status 1 if
 * one ends otherwise.
 */

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const turns = Number(process.argv[2] ?? 100)
const binary = process.argv[3] ?? require('node-gyp-build').resolve(join(__dirname, '..'))
const LONGEST_MS = 60
const AT_ONCE = 3

/** Code that ends a program, and the status or signal that it has to end with. */
const ENDS = {
  'process.exit(3)': 3,
  "process.kill(process.pid, 'SIGTERM')": 'SIGTERM',
  "throw new Error('meant')": 1,
  'clearInterval(timer); worker.terminate()': 0,
  'process.abort()': 'SIGABRT',
}

/** Returns a program that samples as often as V8 can, in two threads, and encodes windows meanwhile. */
const program = ms => `
  const addOn = require(${JSON.stringify(binary)})
  const { Worker, isMainThread } = require('node:worker_threads')
  const spin = () => { for (const end = performance.now() + 3; performance.now() < end;) Math.sqrt(end) }
  const options = { timeline: true, spans: true, cpu: true, mainThread: true, threadName: 'x', threadId: '0',
    roots: new Int32Array(0), oldest: 0, endpoints: [], labels: [] }
  const take = () => { void addOn.takeWall(options, true); void addOn.takeHeap('x', '0') }
  addOn.startWall(200, 5000)
  addOn.startHeap(4096, 64, false)
  const timer = setInterval(() => { spin(); if (Math.random() < 0.3) take() }, 1)
  const worker = isMainThread && new Worker(__filename, { argv: process.argv.slice(2) })
  if (isMainThread) setTimeout(() => eval(process.argv[2]), ${ms})`

async function end(code) {
  const folder = mkdtempSync(join(tmpdir(), 'tracer-ends-'))
  const file = join(folder, 'program.js')
  writeFileSync(file, program(Math.random() * LONGEST_MS))
  const child = spawn(process.execPath, [file, code], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  })
  let stderr = ''
  child.stderr.on('data', text => {
    stderr += text
  })
  const [status, signal] = await once(child, 'close')
  rmSync(folder, { recursive: true })
  if ((status ?? signal) === ENDS[code]) return 0
  process.stdout.write(`${code} ended with ${status ?? signal}:\n${stderr}\n`)
  return 1
}

async function main() {
  const queue = Array.from({ length: turns }, () => Object.keys(ENDS)).flat()
  const count = queue.length
  let wrong = 0
  const work = async () => {
    for (let code = queue.pop(); code !== undefined; code = queue.pop()) wrong += await end(code)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  process.stdout.write(
    wrong === 0 ? `${count} ends as they should be\n` : `${wrong} of ${count} ends are wrong\n`,
  )
  process.exitCode = wrong === 0 ? 0 : 1
}

void main()
