/**
 * Calls every function of the add-on, for sanitizers: `node drive.cjs <binary> [turns]`. Prints `done` and its
 * counts.
 */

const { AsyncLocalStorage } = require('node:async_hooks')
const { setImmediate } = require('node:timers/promises')
const vm = require('node:vm')
const {
  Worker,
  isMainThread,
  parentPort,
  resourceLimits,
  threadId,
  workerData,
} = require('node:worker_threads')

const [binary, turns] = isMainThread ? [process.argv[2], Number(process.argv[3] ?? 20)] : workerData
const addOn = require(binary)
const sums = { windows: 0, bytes: 0, heaps: 0, workers: 0 }

function burn(ms) {
  const end = performance.now() + ms
  let sum = 0
  while (performance.now() < end) sum += Math.sqrt(sum + 1)
  return sum
}

function allocate(count) {
  const list = []
  for (let at = 0; at < count; at++) list.push(new Array(100).fill(at + 0.5), `text ${at}`.repeat(10))
  return list
}

async function take(again, timeline) {
  const options = {
    timeline,
    spans: true,
    cpu: true,
    mainThread: isMainThread,
    threadName: 'drive',
    threadId: String(threadId),
    roots: new Int32Array([0, 10, 0]),
    oldest: 0,
    endpoints: ['GET /'],
    labels: [1, 'key', 'value', 'number', 5],
  }
  const window = await (again || timeline ? addOn.takeWall(options, again) : addOn.finishWall(options))
  if (window === undefined) return
  sums.windows++
  sums.bytes += window.profile.length
}

async function wall() {
  for (let turn = 0; turn < turns; turn++) {
    if (!addOn.startWall(1000, 500)) throw new Error('the wall profiler does not start')
    addOn.slot.set([0, 0, 11, 0, 10, 1])
    burn(5)
    const first = take(true, turn % 2 === 0)
    vm.runInNewContext('for (let i = 0; i < 1e4; i++) Math.sqrt(i)')
    if (turn % 3 !== 0) await first
    await setImmediate()
    if (turn % 2 === 0) addOn.stopWall()
    else await take(false, turn % 4 === 1)
    await first
  }
}

/** Takes more samples than there is room for. */
async function full() {
  addOn.startWall(500, 10)
  burn(100)
  await take(false, true)
}

async function asyncContext() {
  const storage = new AsyncLocalStorage()
  const root = { idHi: 0, idLo: 10, trace: undefined }
  const span = { idHi: 0, idLo: 11, trace: { root } }
  root.trace = span.trace
  await storage.run(span, async () => {
    const hasLearned = addOn.learnSpan(storage, span)
    addOn.readAsyncContext()
    addOn.useAsyncContext(hasLearned)
    addOn.startWall(1000, 500)
    for (let turn = 0; turn < turns; turn++) {
      allocate(2000)
      burn(2)
      globalThis.gc?.()
      await setImmediate()
    }
    await take(false, true)
    addOn.useAsyncContext(false)
  })
}

const PLAN = {
  command: ['/bin/cat'],
  environment: ['NAME=value'],
  header: '{}',
  waitMs: 5000,
  logs: false,
  extensionBytes: 0,
  extensions: 0,
  hasOtherWatcher: true,
  limitBytes: isMainThread ? 0 : resourceLimits.maxOldGenerationSizeMb * 2 ** 20,
  threadName: 'drive',
  threadId: String(threadId),
}

async function heap() {
  for (let turn = 0; turn < turns; turn++) {
    if (!addOn.startHeap(1024, 64, turn % 2 === 0)) throw new Error('the heap profiler does not start')
    addOn.watchHeapLimit(PLAN)
    const kept = allocate(500)
    const bytes = await Promise.all([addOn.takeHeap('drive', '0'), addOn.takeHeap('drive', '0')])
    if (bytes.some(each => each.length < 100) || kept.length === 0) throw new Error('an empty profile')
    sums.heaps += 2
    addOn.stopHeap()
    if (turn % 2 === 0) addOn.unwatchHeapLimit()
  }
}

/** Runs workers that end in the middle of their work. */
async function workers() {
  for (let turn = 0; turn < turns / 2; turn++) {
    const worker = new Worker(__filename, {
      workerData: [binary, 2, turn % 3 === 0 ? 'leak' : 'work'],
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    })
    worker.on('error', error => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error
    })
    await new Promise(resolve => worker.once(turn % 3 === 0 ? 'exit' : 'message', resolve))
    await worker.terminate()
    sums.workers++
  }
}

async function inWorker() {
  addOn.startWall(1000, 500)
  addOn.startHeap(4096, 64, false)
  if (workerData[2] === 'leak') {
    addOn.watchHeapLimit(PLAN)
    const kept = []
    const leak = () => {
      kept.push(allocate(200))
      setTimeout(leak)
    }
    return leak()
  }
  const kept = allocate(500)
  burn(5)
  void addOn.takeHeap('drive', '1')
  void take(true, true)
  parentPort.postMessage(kept.length)
  setInterval(burn, 1, 5)
}

async function main() {
  await wall()
  await full()
  await asyncContext()
  await heap()
  await workers()
  addOn.startWall(1000, 500)
  addOn.startHeap(4096, 64, false)
  burn(10)
  process.stdout.write(`done: ${JSON.stringify(sums)}\n`)
  // The process ends while both encodings are under way.
  void take(true, true)
  void addOn.takeHeap('drive', '0')
}

void (isMainThread ? main() : inWorker())
