import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Transport } from '../../../src/core/transport'
import { PROFILING_PATH, retriesOf, upload } from '../../../src/profiling/upload'
import { type Answer, FakeAgent } from '../../support/fake-agent'
import { formOf } from '../../support/profile-uploads'

/** Uploads one attachment to an agent that gives these answers, without the pauses between attempts. */
async function uploadTo(answers: readonly Answer[], isOver = () => false) {
  const agent = new FakeAgent({ route: () => answers[Math.min(agent.others.length, answers.length) - 1] })
  await agent.start()
  const transport = new Transport(agent.url)
  try {
    const pauses: number[] = []
    const pause = async (ms: number): Promise<void> => void pauses.push(ms)
    const headers = { 'DD-EVP-ORIGIN': 'dd-trace-js' }
    const settings = { transport, headers, timeoutMs: 60_000, isOver, pause }
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
    const isTaken = await upload(settings, { family: 'node' }, [['wall.pprof', bytes]])
    return { isTaken, pauses, requests: agent.others.filter(({ path }) => path === PROFILING_PATH) }
  } finally {
    transport.close()
    await agent.stop()
  }
}

test('an upload is a form of the event and the files', async () => {
  const { isTaken, requests } = await uploadTo([{ status: 200 }])
  assert.equal(isTaken, true)
  const [request] = requests
  assert.equal(request.method, 'POST')
  assert.equal(request.headers['dd-evp-origin'], 'dd-trace-js')
  const form = await formOf(request)
  assert.deepEqual([...form.keys()], ['event', 'wall.pprof'])
  const event = form.get('event') as File
  assert.deepEqual([event.name, event.type], ['event.json', 'application/json'])
  assert.deepEqual(JSON.parse(await event.text()), { family: 'node' })
  const file = form.get('wall.pprof') as File
  assert.deepEqual([file.name, file.type], ['wall.pprof', 'application/octet-stream'])
  assert.deepEqual([...new Uint8Array(await file.arrayBuffer())], [...Array(256).keys()])
})

test('an upload is tried again after 5xx, 429 and a reset', async () => {
  for (const first of [{ status: 500 }, { status: 429 }, 'reset'] satisfies Answer[]) {
    const { isTaken, requests } = await uploadTo([first, { status: 202 }])
    assert.deepEqual([isTaken, requests.length], [true, 2])
  }
})

test('an upload is not tried again after another 4xx, nor when the profiler has ended', async () => {
  const refused = await uploadTo([{ status: 400 }])
  assert.deepEqual([refused.isTaken, refused.requests.length], [false, 1])
  let asked = 0
  const ended = await uploadTo(['reset'], () => ++asked > 1)
  assert.deepEqual([ended.isTaken, ended.requests.length], [false, 1])
})

test('an upload is given up after the last attempt', async () => {
  const { isTaken, requests, pauses } = await uploadTo([{ status: 503 }])
  assert.deepEqual([isTaken, requests.length, pauses.length], [false, 7, 6])
  for (const [attempt, ms] of pauses.entries()) {
    const longest = 937 * 2 ** attempt
    assert.ok(ms >= longest / 2 && ms <= longest, `${ms} ms before attempt ${attempt + 2}`)
  }
})

test('60 seconds are seven attempts', () => {
  assert.deepEqual(retriesOf(60_000), { retries: 6, baseMs: 937 })
  assert.deepEqual(retriesOf(1000), { retries: 0, baseMs: 1000 })
  assert.deepEqual(retriesOf(1001), { retries: 1, baseMs: 500 })
})
