/** Sends the shop about 20 requests a second, a bounded number at a time. */

const { setTimeout: delay } = require('node:timers/promises')
const { round } = require('./expected.cjs')

const INTERVAL_MS = 50
/** The embedded database answers one query at a time; more requests at once would only queue in the shop. */
const MAX_UNDER_WAY = 8
const REQUEST_TIMEOUT_MS = 10_000

/**
 * Starts sending to `url` until `stop()`, which resolves when the last answer has come.
 * `onAnswer({ number, expected, problem })` is called once a request; `problem` says what was wrong with the answer.
 */
function startTraffic(url, onAnswer) {
  const stopped = new AbortController()
  const underWay = new Set()

  const ask = async (number, expected) => {
    const problem = await request(url, number, expected)
    onAnswer({ number, expected, problem })
  }

  const send = async () => {
    let number = 0
    while (!stopped.signal.aborted) {
      if (underWay.size < MAX_UNDER_WAY) {
        const asked = ask(number, round[number % round.length]).finally(() => underWay.delete(asked))
        underWay.add(asked)
        // The rest of the round reads the order that the first request places.
        if (number === 0) await asked
        number++
      }
      await delay(INTERVAL_MS, undefined, { signal: stopped.signal }).catch(() => {})
    }
    await Promise.all(underWay)
  }

  const sent = send()
  return {
    stop: () => {
      stopped.abort()
      return sent
    },
  }
}

/** Sends one request; gives what was wrong with the answer, or undefined. */
async function request(url, number, expected) {
  // The number tells which trace belongs to which request, for it is part of the span's http.url.
  const target = `${url}${expected.path()}?n=${number}`
  const body = expected.body && {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(expected.body()),
  }
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  try {
    const response = await fetch(target, { method: expected.method, signal, ...body })
    const answer = await response.json()
    if (response.status !== expected.status) return `answered ${response.status}, not ${expected.status}`
    expected.onAnswer?.(answer)
  } catch (error) {
    return `no answer: ${error.cause?.message ?? error.message}`
  }
}

module.exports = { startTraffic }
