/** Work that keeps the main thread busy: JSON, sorting, regular expressions and building of strings. */

const ITEMS = 120
const NUMBERS = 1500
const WORDS = ['order', 'invoice', 'customer', 'shipment', 'refund', 'warehouse', 'parcel']
const LOG_LINE = /(\d{4})-(\d\d)-(\d\d) (?<level>INFO|WARN) (?<word>[a-z]+)#(?<id>\d+) took (?<ms>\d+) ms/g

/** Works about half a millisecond, equally much for each seed; the result depends on all of the work. */
export function batch(seed: number): number {
  return documents(seed) + sorted(seed) + matched(lines(seed))
}

function documents(seed: number): number {
  const items = Array.from({ length: ITEMS }, (_, index) => ({
    id: seed + index,
    name: `${WORDS[index % WORDS.length]} ${index}`,
    price: (seed % 97) * index + 0.25,
    tags: [WORDS[(index + seed) % WORDS.length], 'bench'],
    address: { city: `city ${index % 50}`, zip: String(10_000 + index) },
  }))
  const text = JSON.stringify({ seed, items })
  const { items: read } = JSON.parse(text) as { items: typeof items }
  return read.reduce((sum, { price }) => sum + price, text.length)
}

function sorted(seed: number): number {
  let state = seed | 1
  const numbers = Array.from({ length: NUMBERS }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return state
  })
  numbers.sort((a, b) => a - b)
  return numbers[NUMBERS >> 1] as number
}

function lines(seed: number): string {
  let text = ''
  for (let index = 0; index < ITEMS; index++) {
    const level = index % 5 === 0 ? 'WARN' : 'INFO'
    text += `2024-03-1${index % 10} ${level} ${WORDS[index % WORDS.length]}#${seed + index} took ${index} ms\n`
  }
  return text
}

function matched(text: string): number {
  let sum = 0
  for (const { groups } of text.matchAll(LOG_LINE)) {
    if (groups?.level === 'WARN') sum += Number(groups.ms)
  }
  return sum + text.replace(/[aeiou]/g, '').length
}
